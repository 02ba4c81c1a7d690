import { Button, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';
import { useAllChannels } from './useAllChannels';

type Brought = Schemas['Import']['channels'];

/** The channels in a text that an export wrote, or a list of such; nothing where it is neither. */
function read(text: string): Brought | undefined {
  try {
    const value = JSON.parse(text) as Brought | { channels?: Brought; data?: { channels?: Brought } };
    const found = Array.isArray(value) ? value : (value.channels ?? value.data?.channels);
    return Array.isArray(found) && found.length > 0 ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Makes channels of an export: looked at first, then all or none. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('channel');
  const { bring } = useAllChannels();
  const { saved } = useSaved();
  const [text, setText] = useState('');
  const channels = read(text);
  const looked = bring.variables?.dry_run ? bring.data : undefined;
  const change = (given: string): void => {
    setText(given);
    bring.reset();
  };
  const send = (dry_run: boolean): void =>
    bring.mutate(
      { channels: channels ?? [], dry_run },
      {
        onSuccess: ({ made }) => {
          if (dry_run) return;
          saved(t('import.done', { count: made }));
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('tools.import')}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <Stack>
        <Text size="sm">{t('import.help')}</Text>
        <FileButton accept="application/json,.json" onChange={(file) => void file?.text().then(change)}>
          {(props) => (
            <Group>
              <Button variant="default" {...props}>
                {t('import.file')}
              </Button>
            </Group>
          )}
        </FileButton>
        <Textarea
          label={t('import.text')}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          value={text}
          error={text && !channels ? t('import.unread') : undefined}
          onChange={(event) => change(event.currentTarget.value)}
        />
        <Problem error={bring.error} />
        {looked && (
          <Text role="status">{t('import.would', { count: channels?.length ?? 0, without: looked.without_key })}</Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" disabled={!channels} loading={bring.isPending} onClick={() => send(true)}>
            {t('import.look')}
          </Button>
          <Button disabled={!looked} loading={bring.isPending} onClick={() => send(false)}>
            {t('import.make')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
