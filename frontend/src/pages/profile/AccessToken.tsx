import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountKey, noteSigned } from '@/api/account';
import { client, opened, type Schemas } from '@/api/client';
import { confirmDanger } from '@/ui/confirm';
import { confirmed } from '@/ui/confirmIdentity';
import { Problem } from '@/ui/Problem';
import { Secret } from '@/ui/Secret';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';

export const accessTokenQuery = queryOptions({
  queryKey: ['access token'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/user/token/status', { signal })),
});

/** The token for programs that manage this account: it may do whatever its owner may. */
export function AccessToken({ state }: { state: Schemas['AccessToken'] }) {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => confirmed(async () => opened(await client.GET('/api/user/token'))),
    onSuccess: () => queries.invalidateQueries({ queryKey: accessTokenQuery.queryKey }),
  });
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('access.title')}
      </Title>
      <Text>{t('access.what')}</Text>
      {state.exists && (
        <Text size="sm" c="dimmed">
          {t('access.made')} <When at={state.created_time} /> · {t('access.used')} <When at={state.last_used_time} />
        </Text>
      )}
      <Problem error={make.error} />
      {make.data && (
        <>
          <Text>{t('access.once')}</Text>
          <Secret value={make.data} />
        </>
      )}
      <Group>
        <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {t(state.exists ? 'access.anew' : 'access.make')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Ends everything that acts for this account, and the account itself. */
export function Endings({ name }: { name: string }) {
  const { t } = useTranslation('profile');
  const queries = useQueryClient();
  const { failed } = useSaved();
  const out = (): void => {
    noteSigned(false);
    queries.setQueryData(accountKey, null);
  };
  const everywhere = useMutation({
    mutationFn: () => client.POST('/api/user/logout/all'),
    onSuccess: out,
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: () => confirmed(() => client.DELETE('/api/user/self')),
    onSuccess: out,
    onError: failed,
  });
  const ask = (): void =>
    confirmDanger({
      title: t('ending.title', { name }),
      text: t('ending.text'),
      action: t('ending.delete'),
      typed: name,
      onConfirm: () => remove.mutate(),
    });
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('ending.heading')}
      </Title>
      <Group>
        <Button variant="default" onClick={() => everywhere.mutate()}>
          {t('ending.everywhere')}
        </Button>
        <Button color="red" variant="outline" onClick={ask}>
          {t('ending.delete')}
        </Button>
      </Group>
    </Stack>
  );
}
