import { Button } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from './EmptyState';

/** What only those who are signed in may see: why, and the way in that leads back here. */
export function Closed({ text }: { text: string }) {
  const { t } = useTranslation();
  const here = useLocation({ select: ({ href }) => href });
  return (
    <EmptyState text={text}>
      <Button component={Link} to="/login" search={{ next: here } as never}>
        {t('signIn')}
      </Button>
    </EmptyState>
  );
}
