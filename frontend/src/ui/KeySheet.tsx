import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import type { Schemas } from '@/api/client';
import { modelsQuery } from '@/api/models';
import { relayAddress } from '@/lib/address';
import { usual } from '@/lib/snippets';
import { confirmDanger } from './confirm';
import { Secret } from './Secret';
import { Snippets } from './Snippets';

/** The key in full, this once, with what to paste where. Closing asks while nothing was copied. */
export function KeySheet({ token, onClose }: { token: Schemas['Token']; onClose: () => void }) {
  const { t } = useTranslation('token');
  const [copied, setCopied] = useState(false);
  const base = relayAddress(useQuery(statusQuery).data);
  const models = useQuery(modelsQuery).data ?? [];
  const model = token.models?.split(',')[0] || models[0] || 'gpt-4o-mini';
  const ask = { base, key: `sk-${token.key}`, model };
  const close = (): void => {
    if (copied) onClose();
    else
      confirmDanger({ title: t('sheet.unsaved'), text: t('sheet.once'), action: t('sheet.close'), onConfirm: onClose });
  };
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('sheet.title')}
      closeButtonProps={{ 'aria-label': t('sheet.close') }}
    >
      <Stack>
        <Text>{t('sheet.once')}</Text>
        <Secret value={ask.key} onCopied={() => setCopied(true)} />
        <Snippets snippets={usual(ask)} onCopied={() => setCopied(true)} />
        <Group justify="flex-end">
          <Button onClick={close}>{t('sheet.done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
