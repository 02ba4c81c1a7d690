import { Button, Checkbox, Group, Modal, Select, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';
import { Heads } from './Heads';
import type { Channel } from './queries';
import { useAllChannels } from './useAllChannels';

const FIELDS = [
  'models',
  'model_mapping',
  'group',
  'priority',
  'weight',
  'tag',
  'test_model',
  'system_prompt',
  'base_url',
  'affinity',
  'watch_models',
  'limits',
] as const;

type Props = { channels: Channel[]; onClose: () => void; onDone: () => void };

/** Copies what one of the selected channels has to the others: chosen fields, shown first, then done. */
export function CopyFields({ channels, onClose, onDone }: Props) {
  const { t } = useTranslation('channel');
  const { copyFields } = useAllChannels();
  const { saved } = useSaved();
  const [source, setSource] = useState(String(channels[0]?.id));
  const [fields, setFields] = useState<string[]>([]);
  const ids = channels.map(({ id }) => id).filter((id) => String(id) !== source);
  const looked = copyFields.variables?.dry_run ? copyFields.data : undefined;
  const changed = looked?.filter(({ changes }) => changes.length > 0) ?? [];
  const send = (dry_run: boolean): void =>
    copyFields.mutate(
      { source: Number(source), ids, fields, dry_run },
      {
        onSuccess: () => {
          if (dry_run) return;
          saved(t('changed', { count: changed.length, all: ids.length }));
          onDone();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('copyFields.title')}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <Stack>
        <Select
          label={t('copyFields.from')}
          allowDeselect={false}
          value={source}
          data={channels.map(({ id, name }) => ({ value: String(id), label: name || `#${id}` }))}
          onChange={(id) => {
            setSource(id ?? source);
            copyFields.reset();
          }}
        />
        <Checkbox.Group
          label={t('copyFields.what')}
          value={fields}
          onChange={(names) => {
            setFields(names);
            copyFields.reset();
          }}
        >
          <Group mt={4}>
            {FIELDS.map((name) => (
              <Checkbox key={name} value={name} label={t(`copyFields.fields.${name}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Problem error={copyFields.error} />
        {looked && <Preview changed={changed} />}
        <Group justify="flex-end">
          <Button variant="default" disabled={!fields.length} loading={copyFields.isPending} onClick={() => send(true)}>
            {t('copyFields.look')}
          </Button>
          <Button disabled={!changed.length} loading={copyFields.isPending} onClick={() => send(false)}>
            {t('copyFields.do', { count: changed.length })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Preview({ changed }: { changed: Schemas['ChangedChannel'][] }) {
  const { t } = useTranslation('channel');
  if (changed.length === 0) return <Text role="status">{t('copyFields.same')}</Text>;
  return (
    <Table.ScrollContainer minWidth={480} mah={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table aria-label={t('copyFields.look')} verticalSpacing={4}>
        <Heads names={[t('name'), t('copyFields.field'), t('copyFields.before'), t('copyFields.after')]} />
        <Table.Tbody>
          {changed.flatMap(({ id, name, changes }) =>
            changes.map(({ field, before, after }) => (
              <Table.Tr key={`${id} ${field}`}>
                <Table.Td>{name || `#${id}`}</Table.Td>
                <Table.Td>{t(`copyFields.fields.${field as 'tag'}`)}</Table.Td>
                <Table.Td>{String(before) || '–'}</Table.Td>
                <Table.Td>{String(after) || '–'}</Table.Td>
              </Table.Tr>
            )),
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
