import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Shell } from '@/shell/Shell';
import { EmptyState } from '@/ui/EmptyState';
import { Page } from '@/ui/Page';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Shell account={null}>
      <Page title={t('notFound.title')} width={640}>
        <EmptyState text={t('notFound.text')}>
          <Button component={Link} to="/">
            {t('home')}
          </Button>
        </EmptyState>
      </Page>
    </Shell>
  );
}
