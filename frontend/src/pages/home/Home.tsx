import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountQuery, statusQuery } from '@/api/account';
import { homeQuery, noticeQuery } from '@/api/written';
import { relayAddress } from '@/lib/address';
import { usual } from '@/lib/snippets';
import { Shell } from '@/shell/Shell';
import { Copy } from '@/ui/Copy';
import { Page } from '@/ui/Page';
import { Snippets } from '@/ui/Snippets';
import classes from '@/ui/ui.module.css';
import { isAddress, Written } from '@/ui/Written';

// Of all programs those by which most people know what this is.
const FIRST = ['curl', 'Python', 'Claude Code'];

/** What the operator wrote, else what this gateway is, where programs find it, and the way in. */
export function Home() {
  const account = useQuery(accountQuery).data;
  const name = useQuery(statusQuery).data?.system_name || 'One API Serverless';
  const home = useQuery(homeQuery);
  const framed = isAddress(home.data ?? '');
  return (
    <Shell account={account ?? null}>
      <Page title={name} unseen={framed} {...(!framed && { width: 820 })}>
        <Stack>
          <Notice />
          {home.data ? <Written text={home.data} title={name} /> : !home.isPending && <Offer signed={!!account} />}
        </Stack>
      </Page>
    </Shell>
  );
}

function Notice() {
  const { t } = useTranslation('home');
  const notice = useQuery(noticeQuery).data;
  if (!notice) return null;
  return (
    <Alert variant="light" title={t('notice')}>
      <Written text={notice} title={t('notice')} />
    </Alert>
  );
}

function Offer({ signed }: { signed: boolean }) {
  const { t } = useTranslation('home');
  const base = relayAddress(useQuery(statusQuery).data);
  return (
    <>
      <Text>{t('what')}</Text>
      <Group>
        <Text fw={600}>{t('base')}</Text>
        <code className={classes.mono} translate="no">
          {base}/v1
        </code>
        <Copy value={`${base}/v1`} />
      </Group>
      <Ways signed={signed} />
      <Snippets
        snippets={usual({ base, key: 'sk-…', model: 'gpt-4o-mini' }).filter(({ name }) => FIRST.includes(name))}
      />
    </>
  );
}

function Ways({ signed }: { signed: boolean }) {
  const { t } = useTranslation('home');
  const status = useQuery(statusQuery).data;
  return (
    <Group>
      <Button component={Link} to={signed ? '/token' : '/login'}>
        {t(signed ? 'keys' : 'signIn')}
      </Button>
      {(signed || status?.pricing_public) && (
        <Anchor component={Link} to="/pricing">
          {t('prices')}
        </Anchor>
      )}
      {(signed || status?.status_public) && (
        <Anchor component={Link} to="/status">
          {t('status')}
        </Anchor>
      )}
      <Anchor href="/api/docs">{t('api')}</Anchor>
    </Group>
  );
}
