import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '@/api/client';
import { whole } from '@/lib/money';
import { confirmDanger } from '@/ui/confirm';
import { Money } from '@/ui/Money';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import type { User } from './queries';
import { Ways } from './Ways';

/** What is known of an account and not changed here. */
export function Facts({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const facts: [string, ReactNode][] = [
    [t('id'), user.id],
    [t('balance'), <Money key="quota" quota={user.quota ?? 0} />],
    [t('used'), <Money key="used" quota={user.used_quota ?? 0} />],
    [t('requests'), whole(user.request_count ?? 0)],
    [t('lastSeen'), <When key="seen" at={user.last_seen} />],
    [t('ways.title'), <Ways key="ways" user={user} />],
    [t('email'), user.email || '–'],
    [t('inviter'), user.inviter_id ? <Inviter key="inviter" id={user.inviter_id} /> : '–'],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Inviter({ id }: { id: number }) {
  return (
    <Link to="/user/$id" params={{ id: String(id) }}>
      #{id}
    </Link>
  );
}

const TAKEN_OFF = { factor: '/api/user/{user_id}/2fa', passkeys: '/api/user/{user_id}/passkey' } as const;

/** For somebody who lost the device: takes off what they sign in with beside the password. */
export function Safety({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const queries = useQueryClient();
  const { saved, failed } = useSaved();
  const remove = useMutation({
    mutationFn: (what: keyof typeof TAKEN_OFF) =>
      client.DELETE(TAKEN_OFF[what], { params: { path: { user_id: user.id } } }),
    onSuccess: () => {
      saved();
      void queries.invalidateQueries({ queryKey: ['users'] });
    },
    onError: failed,
  });
  const ask = (what: keyof typeof TAKEN_OFF): void =>
    confirmDanger({
      title: t(`safety.${what}Title`, { name: user.username }),
      text: t('safety.text'),
      action: t('safety.takeOff'),
      onConfirm: () => remove.mutate(what),
    });
  return (
    <Stack gap="xs">
      <Text size="sm">{t('safety.help')}</Text>
      <Group>
        {(['factor', 'passkeys'] as const).map((what) => (
          <Button key={what} size="xs" variant="default" onClick={() => ask(what)}>
            {t(`safety.${what}`)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
