import { Button, Group, Modal, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { modelsQuery } from '@/api/models';
import { relayAddress } from '@/lib/address';
import { claudeCode, curl, python } from '@/lib/snippets';
import { Copy } from '@/ui/Copy';
import { confirmDanger } from '@/ui/confirm';
import { Secret } from '@/ui/Secret';
import classes from '@/ui/ui.module.css';
import type { Token } from './queries';

const SNIPPETS = { curl, Python: python, 'Claude Code': claudeCode } as const;

/** The key in full, this once, with what to paste where. Closing asks while nothing was copied. */
export function KeySheet({ token, onClose }: { token: Token; onClose: () => void }) {
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
        <Tabs defaultValue="curl">
          <Tabs.List aria-label={t('sheet.snippets')}>
            {Object.keys(SNIPPETS).map((name) => (
              <Tabs.Tab key={name} value={name}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {Object.entries(SNIPPETS).map(([name, snippet]) => (
            <Tabs.Panel key={name} value={name} pt="sm">
              <Stack gap="xs">
                <code className={classes.code}>{snippet(ask)}</code>
                <Group>
                  <Copy value={snippet(ask)} onCopied={() => setCopied(true)} />
                </Group>
              </Stack>
            </Tabs.Panel>
          ))}
        </Tabs>
        <Group justify="flex-end">
          <Button onClick={close}>{t('sheet.done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
