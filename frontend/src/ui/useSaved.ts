import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';

/** Says that something was done, and what went wrong where no form shows it. */
export function useSaved() {
  const { t } = useTranslation();
  const saved = (message?: string): void => void notifications.show({ message: message ?? t('saved') });
  const failed = (error: Error): void => void notifications.show({ message: error.message, color: 'red' });
  return { saved, failed };
}
