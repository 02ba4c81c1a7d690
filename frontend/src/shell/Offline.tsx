import { Alert } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** A line over every page while the browser has no network: how old is what is shown, and that nothing can be saved. */
export function Offline() {
  const { t, i18n } = useTranslation();
  const { online } = useNetwork();
  const shown = useQueryClient().getQueryCache().findAll({ type: 'active' });
  const since = Math.min(Date.now(), ...shown.map(({ state }) => state.dataUpdatedAt).filter(Boolean));
  const time = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(since);
  return (
    <div role="status">
      {!online && (
        <Alert color="orange" variant="light" mb="md">
          {t('offline', { time })}
        </Alert>
      )}
    </div>
  );
}
