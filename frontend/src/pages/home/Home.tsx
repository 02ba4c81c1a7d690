import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountQuery, statusQuery } from '@/api/account';
import { relayAddress } from '@/lib/address';
import { curl } from '@/lib/snippets';
import { Shell } from '@/shell/Shell';
import { Copy } from '@/ui/Copy';
import { Page } from '@/ui/Page';
import classes from '@/ui/ui.module.css';

/** What this gateway is, where programs find it, and the way in. */
export function Home() {
  const { t } = useTranslation('home');
  const account = useQuery(accountQuery).data;
  const status = useQuery(statusQuery).data;
  const base = relayAddress(status);
  const first = curl({ base, key: 'sk-…', model: 'gpt-4o-mini' });
  return (
    <Shell account={account ?? null}>
      <Page title={status?.system_name || 'One API Serverless'} width={820}>
        <Stack>
          <Text>{t('what')}</Text>
          <Group>
            <Text fw={600}>{t('base')}</Text>
            <code className={classes.mono} translate="no">
              {base}/v1
            </code>
            <Copy value={`${base}/v1`} />
          </Group>
          <section className={classes.code} aria-label="curl">
            {first}
          </section>
          <Group>
            {account ? (
              <Button component={Link} to="/token">
                {t('keys')}
              </Button>
            ) : (
              <Button component={Link} to="/login">
                {t('signIn')}
              </Button>
            )}
            {(account || status?.pricing_public) && (
              <Anchor component={Link} to="/pricing">
                {t('prices')}
              </Anchor>
            )}
            {(account || status?.status_public) && (
              <Anchor component={Link} to="/status">
                {t('status')}
              </Anchor>
            )}
            <Anchor href="/api/docs">{t('api')}</Anchor>
          </Group>
          <Text size="sm" c="dimmed">
            {t('compatible')} <Anchor href="https://github.com/songquanpeng/one-api">one-api</Anchor>
          </Text>
        </Stack>
      </Page>
    </Shell>
  );
}
