import { Anchor, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, paged, type Schemas } from '@/api/client';
import { factorQuery, passkeysQuery } from '@/api/safety';
import { ADMIN, ROOT } from '@/lib/roles';
import classes from '@/ui/ui.module.css';

type Summary = Schemas['Summary'];
type Item = { name: 'channel' | 'key' | 'request' | 'address' | 'factor'; to: string; done: boolean };

const DISMISSED = 'checklist-dismissed';

function dismissedFor(account: number): boolean {
  return localStorage.getItem(DISMISSED) === String(account);
}

/** What there is to do before the gateway is of use, ticked as it is done; gone when all is, or when it is sent away. */
export function Checklist({ summary }: { summary: Summary }) {
  const { id } = summary.account;
  const [dismissed, setDismissed] = useState(() => dismissedFor(id));
  if (dismissed) return null;
  const dismiss = (): void => {
    localStorage.setItem(DISMISSED, String(id));
    setDismissed(true);
  };
  return <Items summary={summary} onDismiss={dismiss} />;
}

function Items({ summary, onDismiss }: { summary: Summary; onDismiss: () => void }) {
  const { t } = useTranslation('dashboard');
  const { items, known } = useItems(summary);
  const done = items.filter((item) => item.done).length;
  const finished = known && done === items.length;
  // Once everything is done nobody asks for it again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is
  useEffect(() => {
    if (finished) onDismiss();
  }, [finished]);
  if (done === items.length) return null;
  return (
    <section className={classes.tile} aria-labelledby="checklist">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text component="h2" fw={600} size="sm" id="checklist">
          {t('checklist.title')}{' '}
          <Text span c="dimmed" fw={400} inherit>
            {t('checklist.done', { count: done, all: items.length })}
          </Text>
        </Text>
        <Button variant="subtle" size="compact-xs" flex="none" onClick={onDismiss}>
          {t('checklist.dismiss')}
        </Button>
      </Group>
      <ul className={classes.checklist}>
        {items.map((item) => (
          <li key={item.name}>
            <span aria-hidden>{item.done ? '✓' : '○'}</span>
            {item.done ? (
              <Text size="sm" c="dimmed">
                {t(`checklist.${item.name}`)} <span className={classes.unseen}>{t('checklist.ticked')}</span>
              </Text>
            ) : (
              <Anchor size="sm" renderRoot={(props) => <Link {...props} to={item.to} />}>
                {t(`checklist.${item.name}`)}
              </Anchor>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Nothing is told to be missing before it is known. */
function useItems({ account, everybody }: Summary): { items: Item[]; known: boolean } {
  const keys = useQuery({
    queryKey: ['tokens', 'any'],
    queryFn: async ({ signal }) =>
      paged(await client.GET('/api/token', { params: { query: { page_size: 1 } }, signal })).rows.length > 0,
  });
  const factor = useQuery(factorQuery);
  const passkeys = useQuery(passkeysQuery);
  const states = everybody?.channel_states;
  const safe = factor.data?.enabled || (passkeys.data?.length ?? 0) > 0;
  const channels = states ? states.enabled + states.disabled + states.auto_disabled : 0;
  const unset = everybody?.to_do.some(({ kind }) => kind === 'server_address_unset');
  const all: (Item & { from: number })[] = [
    { name: 'channel', to: '/welcome', done: channels > 0, from: ADMIN },
    { name: 'key', to: '/token/add', done: keys.data !== false, from: 0 },
    { name: 'request', to: '/playground', done: account.request_count > 0, from: 0 },
    { name: 'address', to: '/setting/general', done: !unset, from: ROOT },
    { name: 'factor', to: '/profile/security', done: !factor.data || !passkeys.data || safe, from: 0 },
  ];
  const known = keys.data !== undefined && factor.data !== undefined && passkeys.data !== undefined;
  return { items: all.filter(({ from }) => account.role >= from), known };
}
