import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import i18next from 'i18next';

type Question = { title: string; text: string; action: string; onConfirm: () => void };

/** Asks before something is gone; the text says what else goes with it. */
export function confirmDanger({ title, text, action, onConfirm }: Question): void {
  modals.openConfirmModal({
    title,
    children: <Text>{text}</Text>,
    labels: { confirm: action, cancel: i18next.t('cancel') },
    confirmProps: { color: 'red' },
    onConfirm,
    lockScroll: false,
    withCloseButton: false,
  });
}
