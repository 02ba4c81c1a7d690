import { Button, Checkbox, Group, Skeleton, Stack, Table, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, opened, type Schemas } from '@/api/client';
import { namesIn } from '@/lib/lists';
import { Problem } from '@/ui/Problem';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { type Compared, compared } from './compared';
import { type Channel, changesQuery, ENABLED, KEY, soldQuery, useChannels } from './queries';

/** What a channel sells beside what its provider lists: added there, gone there, mapped, and without a price here. */
export function ChannelModels({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  const query = useQuery(changesQuery(channel.id));
  const sold = useQuery(soldQuery).data;
  const compare = useComparing(channel.id);
  const changes = compare.data ?? query.data;
  return (
    <Stack>
      <Group>
        <Button variant="default" loading={compare.isPending} onClick={() => compare.mutate()}>
          {t('compare.now')}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {changes?.at ? t('compare.at') : t('compare.never')} {changes?.at ? <When at={changes.at} /> : ''}
        </Text>
      </Group>
      <Problem error={compare.error ?? query.error} />
      {changes?.problem && <Text c="red">{changes.problem}</Text>}
      {query.isPending ? (
        <Skeleton h={240} />
      ) : (
        <Comparison key={`${channel.revision} ${changes?.at}`} channel={channel} changes={changes} sold={sold} />
      )}
      <Pasted channel={channel} />
    </Stack>
  );
}

function useComparing(id: number) {
  const queries = useQueryClient();
  const params = { path: { channel_id: id } };
  return useMutation({
    mutationFn: async () => opened(await client.POST('/api/channel/{channel_id}/model_changes', { params })),
    onSuccess: (changes) => queries.setQueryData(changesQuery(id).queryKey, changes),
  });
}

type Props = { channel: Channel; changes: Schemas['ShownChanges'] | undefined; sold: string[] | undefined };

const LOOKS = { added: 'waiting', gone: 'bad', mapped: 'off', kept: 'good' } as const;

function Comparison({ channel, changes, sold }: Props) {
  const { t } = useTranslation('channel');
  const rows = compared(channel, changes, channel.status === ENABLED ? sold : undefined);
  const differing = rows.filter(({ is }) => is === 'added' || is === 'gone').map(({ name }) => name);
  const [chosen, setChosen] = useState(differing);
  const toggle = (name: string): void =>
    setChosen(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <>
      <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('models')} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={48}>{t('compare.take')}</Table.Th>
              <Table.Th>{t('model')}</Table.Th>
              <Table.Th>{t('compare.is')}</Table.Th>
              <Table.Th>{t('compare.price')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Line
                key={row.name}
                row={row}
                chosen={differing.includes(row.name) ? chosen.includes(row.name) : undefined}
                onToggle={() => toggle(row.name)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {differing.length > 0 && <Take channel={channel} changes={changes} chosen={chosen} />}
    </>
  );
}

function Line({ row, chosen, onToggle }: { row: Compared; chosen: boolean | undefined; onToggle: () => void }) {
  const { t } = useTranslation('channel');
  return (
    <Table.Tr>
      <Table.Td>
        {chosen !== undefined && (
          <Checkbox aria-label={t('compare.takeOf', { name: row.name })} checked={chosen} onChange={onToggle} />
        )}
      </Table.Td>
      <Table.Td translate="no">{row.name}</Table.Td>
      <Table.Td>
        <State is={LOOKS[row.is]}>{t(`compare.states.${row.is}`, { sent: row.sent })}</State>
      </Table.Td>
      <Table.Td>
        {row.priceless ? (
          <State is="bad">{t('compare.priceless')}</State>
        ) : (
          row.priceless === false && t('compare.priced')
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Take({ channel, changes, chosen }: { channel: Channel; changes: Props['changes']; chosen: string[] }) {
  const { t } = useTranslation('channel');
  const queries = useQueryClient();
  const { saved } = useSaved();
  const take = useMutation({
    mutationFn: async () => {
      const body = {
        add: (changes?.added ?? []).filter((name) => chosen.includes(name)),
        remove: (changes?.gone ?? []).filter((name) => chosen.includes(name)),
      };
      const params = { path: { channel_id: channel.id } };
      return opened(await client.POST('/api/channel/{channel_id}/model_changes/apply', { params, body }));
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: KEY });
      saved();
    },
  });
  return (
    <Group>
      <Button loading={take.isPending} disabled={chosen.length === 0} onClick={() => take.mutate()}>
        {t('compare.apply', { count: chosen.length })}
      </Button>
      <Problem error={take.error} />
    </Group>
  );
}

/** A list from elsewhere: what of it is new here, and what here is not in it. */
function Pasted({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  const { change } = useChannels();
  const { saved } = useSaved();
  const [text, setText] = useState('');
  const names = namesIn(text);
  const now = namesIn(channel.models);
  const fresh = names.filter((name) => !now.includes(name));
  const left = now.filter((name) => !names.includes(name));
  const save = (models: string[]): void =>
    change.mutate(
      { id: channel.id, revision: channel.revision, models: models.join(',') },
      {
        onSuccess: () => {
          setText('');
          saved();
        },
      },
    );
  return (
    <Stack gap="xs">
      <Textarea
        label={t('paste.title')}
        description={t('modelsHelp')}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Problem error={change.error} />
      {names.length > 0 && (
        <Group>
          <Text size="sm" role="status">
            {t('paste.found', { count: names.length, fresh: fresh.length, left: left.length })}
          </Text>
          <Button
            size="xs"
            loading={change.isPending}
            disabled={!fresh.length}
            onClick={() => save([...now, ...fresh])}
          >
            {t('paste.add', { count: fresh.length })}
          </Button>
          <Button size="xs" variant="default" loading={change.isPending} onClick={() => save(names)}>
            {t('paste.replace')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
