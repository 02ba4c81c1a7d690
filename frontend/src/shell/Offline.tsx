import { Alert } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

/** A line over every page while the browser has no network: what is shown may be old. */
export function Offline() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  return (
    <div role="status">
      {!online && (
        <Alert color="orange" variant="light" mb="md">
          {t('offline')}
        </Alert>
      )}
    </div>
  );
}
