import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ROOT } from '@/lib/roles';
import { EmptyState } from './EmptyState';
import { Page } from './Page';

/** A page for others: for whom, and the way back. Nothing was asked of the server. */
export function NotAllowed({ role }: { role: number }) {
  const { t } = useTranslation('failed');
  return (
    <Page title={t('closed.title')}>
      <EmptyState text={t(role >= ROOT ? 'closed.root' : 'closed.admin')}>
        <Button variant="default" component={Link} to="/dashboard">
          {t('closed.back')}
        </Button>
      </EmptyState>
    </Page>
  );
}
