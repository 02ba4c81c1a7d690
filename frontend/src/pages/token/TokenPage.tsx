import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, opened } from '@/api/client';
import { ownLimitsQuery } from '@/api/limits';
import { LimitsCard } from '@/ui/LimitsCard';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';
import { type Token, useTokens } from './queries';

const tokenQuery = (id: number) =>
  queryOptions({
    queryKey: ['tokens', 'one', id],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/token/{token_id}', { params: { path: { token_id: id } }, signal })),
  });

/** One key: its name, what it may still spend, its models and networks. */
export function TokenPage({ id }: { id: number }) {
  const { t } = useTranslation('token');
  return (
    <Loaded query={useQuery(tokenQuery(id))} title={t('one')} back={{ to: '/token', name: t('back') }}>
      {(token) => <Edit key={token.id} token={token} />}
    </Loaded>
  );
}

function Edit({ token }: { token: Token }) {
  const { t } = useTranslation('token');
  const { change } = useTokens();
  const { saved } = useSaved();
  const form = useForm({
    initialValues: {
      name: token.name,
      remain_quota: String(token.remain_quota),
      unlimited: token.unlimited_quota,
      models: token.models,
      subnet: token.subnet,
    },
    validate: { remain_quota: (text) => (/^\d+$/.test(text) ? null : t('errors.amount')) },
  });
  const submit = form.onSubmit(({ unlimited, remain_quota, ...values }) =>
    change.mutate(
      { ...values, id: token.id, status: token.status, remain_quota: Number(remain_quota), unlimited_quota: unlimited },
      { onSuccess: () => saved() },
    ),
  );
  return (
    <Page title={token.name} width={640}>
      <form onSubmit={submit}>
        <Stack>
          <Problem error={useRefused(change.error, form)} />
          <TextInput label={t('name')} required {...form.getInputProps('name')} />
          <TextInput label={t('quotaLeft')} disabled={form.values.unlimited} {...form.getInputProps('remain_quota')} />
          <Checkbox label={t('unlimitedHelp')} {...form.getInputProps('unlimited', { type: 'checkbox' })} />
          <TextInput label={t('models')} description={t('modelsHelp')} {...form.getInputProps('models')} />
          <TextInput label={t('networks')} description={t('networksHelp')} {...form.getInputProps('subnet')} />
          <Group>
            <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
      <Limits token={token} />
    </Page>
  );
}

/** What limits the key, its owner's account and group; those of the key are its owner's to set. */
function Limits({ token }: { token: Token }) {
  const { t } = useTranslation('limits');
  const { change } = useTokens();
  return (
    <LimitsCard
      help={t('helpKey')}
      limits={token.limits ?? []}
      uses={useQuery(ownLimitsQuery(token.id))}
      save={(limits) => change.mutateAsync({ id: token.id, status: token.status, limits })}
    />
  );
}
