import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, paged } from '@/api/client';
import { saveFile } from '@/lib/download';
import { confirmDanger } from '@/ui/confirm';
import { useSaved } from '@/ui/useSaved';
import { ImportDialog } from './ImportDialog';
import { type Channel, DISABLED, KEY, OUT_OF_SERVICE } from './queries';
import { TestProgress } from './TestProgress';
import { exported, useAllChannels } from './useAllChannels';

/** What is done with all channels at once. */
export function ChannelTools() {
  const { t } = useTranslation('channel');
  const { testAll, balances } = useAllChannels();
  const { saved, failed } = useSaved();
  const [importing, setImporting] = useState(false);
  const [testing, setTesting] = useState(false);
  const removeDisabled = useRemovingDisabled();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async () =>
      saveFile('channels.json', JSON.stringify({ channels: await exported() }, null, 2), 'application/json'),
    onError: failed,
  });
  const test = (scope: 'all' | 'disabled'): void =>
    testAll.mutate(scope, { onSuccess: () => setTesting(true), onError: failed });
  return (
    <>
      <TestProgress
        begun={testing}
        onEnd={() => {
          setTesting(false);
          void queries.invalidateQueries({ queryKey: KEY });
        }}
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">{t('tools.title')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => test('all')}>{t('tools.testAll')}</Menu.Item>
          <Menu.Item onClick={() => test('disabled')}>{t('tools.testDisabled')}</Menu.Item>
          <Menu.Item
            onClick={() =>
              balances.mutate(undefined, { onSuccess: () => saved(t('tools.balancesDone')), onError: failed })
            }
          >
            {t('tools.balances')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => save.mutate()}>{t('tools.export')}</Menu.Item>
          <Menu.Item onClick={() => setImporting(true)}>{t('tools.import')}</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => removeDisabled.mutate()}>
            {t('tools.removeDisabled')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </>
  );
}

/** Those that are switched off, or were put out of service; the first hundred of each, and whether there are more. */
async function disabled(): Promise<{ rows: Channel[]; more: boolean }> {
  const pages = await Promise.all(
    [DISABLED, OUT_OF_SERVICE].map(async (status) => {
      const query = { status: String(status), page_size: 100 } as never;
      return paged(await client.GET('/api/channel', { params: { query } }));
    }),
  );
  return { rows: pages.flatMap(({ rows }) => rows), more: pages.some(({ next }) => next) };
}

/** Deletes every channel that is off, after showing which those are. */
function useRemovingDisabled() {
  const { t } = useTranslation('channel');
  const { removeDisabled } = useAllChannels();
  const { saved, failed } = useSaved();
  return useMutation({
    mutationFn: disabled,
    onError: failed,
    onSuccess: ({ rows, more }) => {
      if (rows.length === 0) return saved(t('tools.noneDisabled'));
      confirmDanger({
        title: t('delete.many', { count: rows.length }),
        text: rows.map(({ name, id }) => name || `#${id}`).join(', ') + (more ? ', …' : ''),
        action: t('delete.action'),
        typed: rows.length > 10 ? String(rows.length) : undefined,
        onConfirm: () =>
          removeDisabled.mutate(undefined, {
            onSuccess: (count) => saved(t('tools.removed', { count: Number(count) })),
            onError: failed,
          }),
      });
    },
  });
}
