import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { refusalOf } from '@/api/refusal';
import { useSentence } from './Told';

// Milliseconds: what went wrong is read twice.
const LONG = 15_000;

/** Says that something was done, and what went wrong where no form shows it. */
export function useSaved() {
  const { t } = useTranslation();
  const say = useSentence();
  const closeButtonProps = { 'aria-label': t('close') };
  const saved = (message?: string): void =>
    void notifications.show({ message: message ?? t('saved'), closeButtonProps });
  const failed = (error: Error): void => {
    const refusal = refusalOf(error);
    const message = say(refusal, true, refusal.retryAfter);
    notifications.show({ message, color: 'red', role: 'alert', autoClose: LONG, closeButtonProps });
  };
  return { saved, failed };
}
