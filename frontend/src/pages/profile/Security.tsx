import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import { Page } from '@/ui/Page';
import { AccessToken, Endings } from './AccessToken';
import { Passkeys } from './Passkeys';
import { Password } from './Password';
import { ProfileTabs } from './ProfileTabs';
import { SecondFactor } from './SecondFactor';

/** How one signs in, and what else acts for the account. */
export function Security() {
  const { t } = useTranslation('profile');
  const account = useQuery(accountQuery).data;
  if (!account) return null;
  return (
    <Page title={t('security')} width={640}>
      <ProfileTabs at="security" />
      <Stack gap="xl">
        <Password />
        <SecondFactor />
        <Passkeys />
        <AccessToken />
        <Endings name={account.username} />
      </Stack>
    </Page>
  );
}
