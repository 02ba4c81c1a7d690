import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { EmptyState } from '@/ui/EmptyState';
import { Page } from '@/ui/Page';
import { isAddress, Written } from '@/ui/Written';

/** The operator's chat site as it opens without a key: what would hold one is left out. */
export function chatSite(link: string | undefined): string {
  const [address = ''] = (link ?? '').split(/[?#][^?#]*\{/);
  return isAddress(address) && !address.includes('{') ? address : '';
}

/** The operator's chat site in a frame, as one-api has it. */
export function ChatSite() {
  const { t } = useTranslation('playground');
  const status = useQuery(statusQuery).data;
  const site = chatSite(status?.chat_link);
  return (
    <Page title={t('site')}>
      {site && <Written text={site} title={t('site')} />}
      {status && !site && (
        <EmptyState text={t('noSite')}>
          <Anchor component={Link} to="/playground">
            {t('title')}
          </Anchor>
        </EmptyState>
      )}
    </Page>
  );
}
