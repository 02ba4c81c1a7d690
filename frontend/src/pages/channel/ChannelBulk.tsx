import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BulkBar } from '@/ui/BulkBar';
import { confirmDanger } from '@/ui/confirm';
import { useSaved } from '@/ui/useSaved';
import { type Channel, useChannels } from './queries';

/** The same done to many channels. */
export function ChannelBulk({ channels, onDone }: { channels: Channel[]; onDone: () => void }) {
  const { t } = useTranslation('channel');
  const { many } = useChannels();
  const { saved, failed } = useSaved();
  const [tag, setTag] = useState('');
  const act = (action: string, value = ''): void =>
    many.mutate(
      { ids: channels.map(({ id }) => id), action, value },
      {
        onSuccess: (count) => {
          saved(t('changed', { count, all: channels.length }));
          onDone();
        },
        onError: failed,
      },
    );
  const remove = (): void =>
    confirmDanger({
      title: t('delete.many', { count: channels.length }),
      text: channels.map(({ name }) => name).join(', '),
      action: t('delete.action'),
      onConfirm: () => act('delete'),
    });
  return (
    <BulkBar count={channels.length} onClear={onDone}>
      <Button size="xs" variant="default" onClick={() => act('enable')}>
        {t('enable')}
      </Button>
      <Button size="xs" variant="default" onClick={() => act('disable')}>
        {t('disable')}
      </Button>
      <TextInput
        size="xs"
        w={140}
        aria-label={t('tag')}
        placeholder={t('tag')}
        value={tag}
        onChange={(event) => setTag(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" onClick={() => act('tag', tag)}>
        {t('setTag')}
      </Button>
      <Button size="xs" color="red" variant="outline" onClick={remove}>
        {t('delete.action')}
      </Button>
    </BulkBar>
  );
}
