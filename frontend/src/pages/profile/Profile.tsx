import { Button, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Account, accountKey, useOwner } from '@/api/account';
import { client, type Schemas } from '@/api/client';
import { useLook } from '@/app/Looks';
import { PRESETS, type PresetName } from '@/app/presets';
import { Money } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { useSaved } from '@/ui/useSaved';
import { ProfileTabs } from './ProfileTabs';

/** The account of who is signed in, and how the site looks to them. */
export function Profile() {
  const { t } = useTranslation('profile');
  const account = useOwner();
  if (!account) return null;
  return (
    <Page title={t('title')} width={640}>
      <ProfileTabs />
      <Stack gap="xl">
        <Stack gap={4}>
          <Text>
            {t('balance')} <Money quota={account.quota} />
          </Text>
          <Text>
            {t('used')} <Money quota={account.used_quota} />
          </Text>
          <Text>{t('group', { group: account.group })}</Text>
        </Stack>
        <Shown key={account.id} account={account} />
        <Appearance />
      </Stack>
    </Page>
  );
}

function Shown({ account }: { account: Account }) {
  const { t } = useTranslation('profile');
  const { saved } = useSaved();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { display_name: account.display_name } });
  const save = useMutation({
    mutationFn: (body: Schemas['Profile']) => client.PUT('/api/user/self', { body }),
    onSuccess: () => {
      saved();
      void queries.invalidateQueries({ queryKey: accountKey });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate({ username: account.username, password: '', ...values }))}>
      <Stack>
        <Title order={2} size="h4">
          {t('account')}
        </Title>
        <Problem error={useRefused(save.error, form)} />
        <TextInput label={t('displayName')} maxLength={20} {...form.getInputProps('display_name')} />
        <Button type="submit" loading={save.isPending} style={{ alignSelf: 'flex-start' }}>
          {t('save')}
        </Button>
      </Stack>
    </form>
  );
}

function Appearance() {
  const { t } = useTranslation('profile');
  const { preset, choose } = useLook();
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('appearance')}
      </Title>
      <SegmentedControl
        aria-label={t('preset')}
        value={preset}
        onChange={(name) => choose(name as PresetName)}
        data={(Object.keys(PRESETS) as PresetName[]).map((value) => ({ value, label: t(`presets.${value}`) }))}
      />
    </Stack>
  );
}
