import { Button, Group, PasswordInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import { limitsQuery } from '@/api/limits';
import { LimitsCard } from '@/ui/LimitsCard';
import { Loaded, Missing } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Parts } from '@/ui/Parts';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';
import { Facts, Safety } from './Facts';
import { PARTS, type PartName } from './parts';
import { type User, userQuery, useUsers } from './queries';
import { TopUpDialog } from './TopUpDialog';
import { Used } from './Used';

type Props = {
  id: number;
  at: PartName;
  onMove: (part: PartName) => void;
  /** Their entries, which another page knows how to show. */
  log: ReactNode;
};

/** One account: who it is, what it used, its requests. */
export function UserPage({ id, ...parts }: Props) {
  const { t } = useTranslation('user');
  return (
    <Loaded query={useQuery(userQuery(id))} title={t('one')} back={{ to: '/user', name: t('back') }}>
      {(user) => <One key={user.id} user={user} {...parts} />}
    </Loaded>
  );
}

function One({ user, at, onMove, log }: Omit<Props, 'id'> & { user: User }) {
  const { t } = useTranslation('user');
  const [paying, setPaying] = useState(false);
  const contents: Record<PartName, ReactNode> = { account: <Account user={user} />, usage: <Used id={user.id} />, log };
  return (
    <Page
      title={user.username}
      actions={
        <Button variant="default" onClick={() => setPaying(true)}>
          {t('topUp')}
        </Button>
      }
    >
      <Parts
        label={user.username}
        at={at}
        onMove={onMove}
        parts={PARTS.map((name) => ({
          name,
          title: t(`parts.${name}`),
          content: contents[name],
          stays: name === 'account',
        }))}
      />
      {paying && <TopUpDialog user={user} onClose={() => setPaying(false)} />}
    </Page>
  );
}

function Account({ user }: { user: User }) {
  return (
    <div style={{ maxWidth: 640 }}>
      <Stack gap="xl">
        <Facts user={user} />
        <Fields user={user} />
        <Safety user={user} />
      </Stack>
      <Limits user={user} />
    </div>
  );
}

function Fields({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const { change } = useUsers();
  const { saved } = useSaved();
  const groups = useQuery(groupsQuery);
  const form = useForm({
    initialValues: {
      username: user.username,
      display_name: user.display_name,
      group: user.group,
      password: '',
      note: user.note,
    },
    validate: { password: (password) => (!password || password.length >= 8 ? null : t('errors.password')) },
  });
  const submit = form.onSubmit((values) =>
    change.mutate(
      { ...values, id: user.id, role: user.role, status: user.status, quota: null },
      { onSuccess: () => saved() },
    ),
  );
  return (
    <form onSubmit={submit}>
      <Stack>
        <Missing queries={[groups]} />
        <Problem error={useRefused(change.error, form)} />
        <TextInput label={t('name')} required maxLength={12} autoComplete="off" {...form.getInputProps('username')} />
        <TextInput label={t('displayName')} maxLength={20} {...form.getInputProps('display_name')} />
        <Select
          label={t('group')}
          data={groups.data ?? [user.group]}
          searchable
          allowDeselect={false}
          {...form.getInputProps('group')}
        />
        <PasswordInput
          label={t('newPassword')}
          description={t('newPasswordHelp')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          {...form.getInputProps('password')}
        />
        <Textarea
          label={t('note')}
          description={t('noteHelp')}
          maxLength={1000}
          autosize
          {...form.getInputProps('note')}
        />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What limits the account and its group. */
function Limits({ user }: { user: User }) {
  const { t } = useTranslation('limits');
  const { change } = useUsers();
  const unchanged = { username: '', group: '', password: '', role: 0, status: 0 };
  return (
    <LimitsCard
      help={t('helpUser')}
      limits={user.limits ?? []}
      uses={useQuery(limitsQuery({ user_id: String(user.id) }))}
      save={(limits) => change.mutateAsync({ ...unchanged, id: user.id, limits })}
    />
  );
}
