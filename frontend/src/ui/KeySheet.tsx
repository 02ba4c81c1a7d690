import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { confirmDanger } from './confirm';
import { KeyMade } from './KeyMade';

/** A key that was just made. Closing asks while nothing was copied. */
export function KeySheet({ token, onClose }: { token: Schemas['Token']; onClose: () => void }) {
  const { t } = useTranslation('token');
  const [copied, setCopied] = useState(false);
  const close = (): void => {
    if (copied) onClose();
    else
      confirmDanger({ title: t('sheet.unsaved'), text: t('sheet.once'), action: t('sheet.close'), onConfirm: onClose });
  };
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t('sheet.title')}
      closeButtonProps={{ 'aria-label': t('sheet.close') }}
    >
      <Stack>
        <KeyMade token={token} onCopied={() => setCopied(true)} />
        <Group justify="flex-end">
          <Button onClick={close}>{t('sheet.done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
