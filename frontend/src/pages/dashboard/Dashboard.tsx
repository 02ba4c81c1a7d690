import { Alert, Anchor, List, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { stacked } from '@/lib/days';
import { whole } from '@/lib/money';
import { Bars } from '@/ui/Bars';
import { DayChart } from '@/ui/DayChart';
import { Loaded } from '@/ui/Loaded';
import { Money, useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Tile } from '@/ui/Tile';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';
import { Checklist } from './Checklist';

type Summary = Schemas['Summary'];
type Everybody = NonNullable<Summary['everybody']>;

/** How long a time a dashboard looks at, in days. */
export const SPANS = ['1', '7', '30'] as const;

// Days; a balance that lasts longer is not worth a number.
const FOREVER = 3650;

const summaryQuery = (days: string) =>
  queryOptions({
    queryKey: ['summary', days],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/summary', { params: { query: { days: Number(days) } }, signal })),
    placeholderData: (before) => before,
  });

type Props = { days: string; onDays: (days: string) => void; onNoChannel: () => void };

/** What the account has and used; for administrators what everybody did, and what wants doing. One request. */
export function Dashboard({ days, onDays, onNoChannel }: Props) {
  const { t } = useTranslation('dashboard');
  const query = useQuery(summaryQuery(days));
  // What was kept from before may not know of a channel made meanwhile.
  const none = query.isFetchedAfterMount && hasNoChannel(query.data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it is known
  useEffect(() => {
    if (none) onNoChannel();
  }, [none]);
  return (
    <Page
      title={t('title')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('span')}
          value={days}
          onChange={onDays}
          data={SPANS.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
        />
      }
    >
      <Loaded query={query}>
        {(summary) => (
          <Stack gap="xl">
            <Checklist summary={summary} />
            {summary.everybody && <ToDo everybody={summary.everybody} />}
            <Own summary={summary} days={Number(days)} />
            {summary.everybody && <All everybody={summary.everybody} days={Number(days)} />}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function hasNoChannel(summary: Summary | undefined): boolean {
  const states = summary?.everybody?.channel_states;
  return states !== undefined && states.enabled + states.disabled + states.auto_disabled === 0;
}

function Own({ summary: { account, usage, latest }, days }: { summary: Summary; days: number }) {
  const { t } = useTranslation('dashboard');
  const { first } = useMoney();
  const lasts = account.lasts_days;
  return (
    <Stack>
      <div className={classes.tiles}>
        <Tile
          name={t('balance')}
          value={<Money quota={account.quota} />}
          note={lasts == null || lasts > FOREVER ? undefined : t('lasts', { count: lasts })}
        />
        <Tile
          name={t('spent')}
          value={<Money quota={usage.totals.quota} />}
          note={usage.complete ? undefined : t('atLeast')}
        />
        <Tile name={t('requests')} value={whole(usage.totals.request_count)} />
        <Tile name={t('tokens')} value={whole(usage.totals.prompt_tokens + usage.totals.completion_tokens)} />
      </div>
      <Chart sums={usage.days} days={days} title={t('byModel')} />
      <div className={classes.halves}>
        <Bars title={t('byKey')} empty={t('nothing')} bars={barsOf(usage.tokens, first)} />
        <Latest entries={latest} />
      </div>
    </Stack>
  );
}

function All({ everybody, days }: { everybody: Everybody; days: number }) {
  const { t } = useTranslation('dashboard');
  const { first } = useMoney();
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('everybody')}
      </Title>
      <div className={classes.tiles}>
        <Tile name={t('spent')} value={<Money quota={everybody.totals.quota} />} />
        <Tile name={t('requests')} value={whole(everybody.totals.request_count)} />
        {Object.entries(everybody.channel_states).map(([state, count]) => (
          <Tile
            key={state}
            name={t(`channels.${state as 'enabled'}`, { defaultValue: state })}
            value={whole(Number(count))}
          />
        ))}
      </div>
      <Chart sums={everybody.days} days={days} title={t('byModelAll')} />
      <div className={classes.halves}>
        <Bars title={t('byUser')} empty={t('nothing')} bars={barsOf(everybody.users, first)} />
        <Bars title={t('byChannel')} empty={t('nothing')} bars={barsOf(everybody.channels, first)} />
      </div>
    </Stack>
  );
}

function Chart({ sums, days, title }: { sums: Schemas['Sum'][]; days: number; title: string }) {
  const { t } = useTranslation('dashboard');
  const { first } = useMoney();
  const { rows, names } = stacked(sums, days, t('others'));
  const fact = names[0] ? t('dearest', { name: names[0] }) : t('nothing');
  return <DayChart title={title} fact={fact} rows={rows} names={names} say={first} />;
}

function barsOf(sums: Schemas['Sum'][], say: (quota: number) => string) {
  return sums.map(({ key, name, quota }) => ({ key, name: name || key, size: quota, shown: say(quota) }));
}

function Latest({ entries }: { entries: Schemas['Log'][] }) {
  const { t } = useTranslation('dashboard');
  const { first } = useMoney();
  return (
    <section>
      <Text component="h2" fw={600} mb={6} size="sm">
        {t('latest')}
      </Text>
      {entries.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('nothing')}
        </Text>
      )}
      <List listStyleType="none" spacing={6} size="sm">
        {entries.map((entry) => (
          <List.Item key={entry.request_id}>
            <When at={entry.created_at} /> · <span translate="no">{entry.model_name}</span> ·{' '}
            <Anchor
              inherit
              renderRoot={(props) => <Link {...props} to="/log/$request" params={{ request: entry.request_id }} />}
            >
              {first(entry.quota)}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </section>
  );
}

function ToDo({ everybody }: { everybody: Everybody }) {
  const { t } = useTranslation('dashboard');
  if (everybody.to_do.length === 0) return null;
  return (
    <Alert color="orange" variant="outline" title={t('toDo.title')}>
      <List size="sm">
        {everybody.to_do.map(({ kind, name, reason, count }) => (
          <List.Item key={`${kind}${name}`}>
            {t(`toDo.${kind}`, { name, count })} {reason}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
