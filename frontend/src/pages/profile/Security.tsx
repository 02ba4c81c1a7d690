import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useOwner } from '@/api/account';
import { factorQuery, passkeysQuery } from '@/api/safety';
import { Loaded, together } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { AccessToken, accessTokenQuery, Endings } from './AccessToken';
import { Bindings } from './Bindings';
import { Passkeys } from './Passkeys';
import { Password } from './Password';
import { ProfileTabs } from './ProfileTabs';
import { SecondFactor } from './SecondFactor';

/** How one signs in, and what else acts for the account. */
export function Security() {
  const { t } = useTranslation('profile');
  const account = useOwner();
  const ways = together({
    factor: useQuery(factorQuery),
    passkeys: useQuery(passkeysQuery),
    token: useQuery(accessTokenQuery),
  });
  if (!account) return null;
  return (
    <Page title={t('security')} width={640}>
      <ProfileTabs />
      <Stack gap="xl">
        <Password />
        <Loaded query={ways}>
          {({ factor, passkeys, token }) => (
            <>
              <SecondFactor state={factor} />
              <Passkeys keys={passkeys} />
              <AccessToken state={token} />
            </>
          )}
        </Loaded>
        <Bindings account={account} />
        <Endings name={account.username} />
      </Stack>
    </Page>
  );
}
