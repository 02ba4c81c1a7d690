import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** `about` says what is copied to who cannot see what stands beside it; `first`: a dialog begins there. */
type Props = { value: string; label?: string; about?: string; first?: boolean; onCopied?: (() => void) | undefined };

/** Copies a text, and says so to everybody. */
export function Copy({ value, label, about, first, onCopied }: Props) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 2000 });
  const copy = (): void => {
    clipboard.copy(value);
    onCopied?.();
  };
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={clipboard.copied ? undefined : about}
      flex="none"
      data-autofocus={first}
      onClick={copy}
      leftSection={clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    >
      <span aria-live="polite">{clipboard.copied ? t('copied') : (label ?? t('copy'))}</span>
    </Button>
  );
}
