import { Button, Group, List, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { passkeysQuery } from '@/api/safety';
import { canPasskeys, makePasskey } from '@/lib/passkeys';
import { confirmDanger } from '@/ui/confirm';
import { confirmed } from '@/ui/confirmIdentity';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';

/** Signing in without a password. */
export function Passkeys({ keys }: { keys: Schemas['ShownPasskey'][] }) {
  const { t } = useTranslation('profile');
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('passkeys.title')}
      </Title>
      {keys.length === 0 && <Text>{t('passkeys.none')}</Text>}
      <List listStyleType="none" spacing="xs">
        {keys.map((key) => (
          <List.Item key={key.id}>
            <One passkey={key} />
          </List.Item>
        ))}
      </List>
      {canPasskeys() ? <Add /> : <Text c="dimmed">{t('passkeys.cannot')}</Text>}
    </Stack>
  );
}

function One({ passkey }: { passkey: Schemas['ShownPasskey'] }) {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const { failed } = useSaved();
  const remove = useMutation({
    mutationFn: () =>
      confirmed(() =>
        client.DELETE('/api/user/passkey/{credential}', { params: { path: { credential: passkey.id } } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
    onError: failed,
  });
  const ask = (): void =>
    confirmDanger({
      title: t('passkeys.removeTitle', { name: passkey.name }),
      text: t('passkeys.removeText'),
      action: t('remove'),
      onConfirm: () => remove.mutate(),
    });
  return (
    <Group>
      <Text>{passkey.name}</Text>
      <Text size="sm" c="dimmed">
        {t('passkeys.used')} <When at={passkey.last_used_time} />
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        onClick={ask}
        aria-label={t('passkeys.removeTitle', { name: passkey.name })}
      >
        {t('remove')}
      </Button>
    </Group>
  );
}

function Add() {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: async () => {
      const begun = await confirmed(async () =>
        opened(await client.POST('/api/user/passkey/register/begin', { body: { code: '' } })),
      );
      const made = await makePasskey(begun.publicKey);
      if (made) await client.POST('/api/user/passkey/register/finish', { body: { ...made, name } as never });
    },
    onSuccess: () => {
      setName('');
      void queries.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Problem error={add.error} />
        <Group align="flex-end">
          <TextInput
            label={t('passkeys.name')}
            required
            maxLength={30}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={add.isPending}>
            {t('passkeys.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
