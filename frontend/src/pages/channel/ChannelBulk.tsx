import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BulkBar } from '@/ui/BulkBar';
import { confirmDanger, typedFor } from '@/ui/confirm';
import { useSaved } from '@/ui/useSaved';
import { CopyFields } from './CopyFields';
import { type Channel, useChannels } from './queries';

/** The same done to many channels. */
export function ChannelBulk({ channels, onDone }: { channels: Channel[]; onDone: () => void }) {
  const { t } = useTranslation('channel');
  const { many } = useChannels();
  const { saved, failed } = useSaved();
  const [copying, setCopying] = useState(false);
  const act = (action: string, value: string | number = ''): void =>
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
      typed: typedFor(channels.length),
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
      <Setting onSet={act} />
      {channels.length > 1 && (
        <Button size="xs" variant="default" onClick={() => setCopying(true)}>
          {t('copyFields.open')}
        </Button>
      )}
      <Button size="xs" color="red" variant="outline" onClick={remove}>
        {t('delete.action')}
      </Button>
      {copying && <CopyFields channels={channels} onClose={() => setCopying(false)} onDone={onDone} />}
    </BulkBar>
  );
}

const SET = ['tag', 'priority', 'weight', 'groups', 'add_models', 'remove_models'] as const;
type Set = (typeof SET)[number];
const WHOLE: Set[] = ['priority', 'weight'];

/** One thing that all of them are given. */
function Setting({ onSet }: { onSet: (action: string, value: string | number) => void }) {
  const { t } = useTranslation('channel');
  const [what, setWhat] = useState<Set>('tag');
  const [value, setValue] = useState('');
  const whole = WHOLE.includes(what);
  const wrong = whole && !/^-?\d+$/.test(value.trim());
  return (
    <>
      <Select
        size="xs"
        w={150}
        aria-label={t('set.what')}
        allowDeselect={false}
        data={SET.map((name) => ({ value: name, label: t(`set.${name}`) }))}
        value={what}
        onChange={(name) => setWhat((name as Set) ?? what)}
      />
      <TextInput
        size="xs"
        w={140}
        aria-label={t(`set.${what}`)}
        inputMode={whole ? 'numeric' : undefined}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" disabled={wrong} onClick={() => onSet(what, whole ? Number(value) : value)}>
        {t('set.do')}
      </Button>
    </>
  );
}
