import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery, statusQuery } from '@/api/account';
import { aboutQuery } from '@/api/written';
import { Shell } from '@/shell/Shell';
import { OneApi } from '@/ui/OneApi';
import { Page } from '@/ui/Page';
import { isAddress, Written } from '@/ui/Written';

/** What the operator says of themselves, else what this software is. */
export function About() {
  const { t } = useTranslation('home');
  const account = useQuery(accountQuery).data;
  const about = useQuery(aboutQuery);
  const framed = isAddress(about.data ?? '');
  return (
    <Shell account={account ?? null}>
      <Page title={t('about')} unseen={framed} {...(!framed && { width: 820 })}>
        {about.data ? <Written text={about.data} title={t('about')} /> : !about.isPending && <Software />}
      </Page>
    </Shell>
  );
}

function Software() {
  const { t } = useTranslation('home');
  const build = useQuery(statusQuery).data?.build ?? '';
  return (
    <Stack>
      <Text>{t('what')}</Text>
      <Text>
        <OneApi sentence={t('grown', { name: `One API Serverless ${build}`.trim() })} />
      </Text>
      <Text>
        <Anchor href="/api/docs">{t('api')}</Anchor>
      </Text>
    </Stack>
  );
}
