import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import { limitsQuery } from '@/api/limits';
import { LimitsCard } from '@/ui/LimitsCard';
import { Loaded, Missing } from '@/ui/Loaded';
import { Money } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';
import { type User, userQuery, useUsers } from './queries';
import { TopUpDialog } from './TopUpDialog';

/** One account: who it is, its group, its balance. */
export function UserPage({ id }: { id: number }) {
  const { t } = useTranslation('user');
  return (
    <Loaded query={useQuery(userQuery(id))} title={t('one')} back={{ to: '/user', name: t('back') }}>
      {(user) => <Edit key={user.id} user={user} />}
    </Loaded>
  );
}

function Edit({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const [paying, setPaying] = useState(false);
  return (
    <Page
      title={user.username}
      width={640}
      actions={
        <Button variant="default" onClick={() => setPaying(true)}>
          {t('topUp')}
        </Button>
      }
    >
      <Stack gap="xl">
        <Stack gap={4}>
          <Text>
            {t('balance')}: <Money quota={user.quota} />
          </Text>
          <Text>
            {t('used')}: <Money quota={user.used_quota} />
          </Text>
          {user.email && <Text>{user.email}</Text>}
        </Stack>
        <Fields user={user} />
      </Stack>
      <Limits user={user} />
      {paying && <TopUpDialog user={user} onClose={() => setPaying(false)} />}
    </Page>
  );
}

function Fields({ user }: { user: User }) {
  const { t } = useTranslation('user');
  const { change } = useUsers();
  const { saved } = useSaved();
  const groups = useQuery(groupsQuery);
  const form = useForm({
    initialValues: { username: user.username, display_name: user.display_name, group: user.group, password: '' },
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
