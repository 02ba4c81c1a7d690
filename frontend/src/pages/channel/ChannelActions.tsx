import { Button, Group, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { confirmDanger } from '@/ui/confirm';
import { RowMenu } from '@/ui/RowMenu';
import { useSaved } from '@/ui/useSaved';
import { type Channel, DISABLED, ENABLED, useChannels } from './queries';
import { TestDialog } from './TestDialog';

/** What can be done with one channel. */
export function ChannelActions({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  const { change, many, copy, test, balance } = useChannels();
  const { saved, failed } = useSaved();
  const [testing, setTesting] = useState(false);
  const on = channel.status === ENABLED;
  const tell = { onError: failed };
  const remove = (): void =>
    confirmDanger({
      title: t('delete.title', { name: channel.name }),
      text: t('delete.text', { count: channel.models.split(',').filter(Boolean).length }),
      action: t('delete.action'),
      onConfirm: () => many.mutate({ ids: [channel.id], action: 'delete', value: '' }, tell),
    });
  const ask = (): void =>
    test.mutate(
      { id: channel.id },
      { onSuccess: ({ time, model }) => saved(t('answered', { name: channel.name, model, time })), onError: failed },
    );
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        loading={test.isPending}
        onClick={ask}
        aria-label={`${t('test')}: ${channel.name}`}
      >
        {t('test')}
      </Button>
      <RowMenu name={channel.name}>
        <Menu.Item onClick={() => change.mutate({ id: channel.id, status: on ? DISABLED : ENABLED }, tell)}>
          {t(on ? 'disable' : 'enable')}
        </Menu.Item>
        <Menu.Item onClick={() => balance.mutate(channel.id, { ...tell, onSuccess: () => saved() })}>
          {t('balance')}
        </Menu.Item>
        <Menu.Item onClick={() => copy.mutate(channel.id, tell)}>{t('copy')}</Menu.Item>
        <Menu.Item onClick={() => setTesting(true)}>{t('testWith')}</Menu.Item>
        {(['models', 'health', 'log'] as const).map((part) => (
          <Menu.Item
            key={part}
            renderRoot={(props) => (
              <Link {...props} to="/channel/$id" params={{ id: String(channel.id) }} search={{ part }} />
            )}
          >
            {t(`tabs.${part}`)}
          </Menu.Item>
        ))}
        <Menu.Item color="red" onClick={remove}>
          {t('delete.action')}
        </Menu.Item>
      </RowMenu>
      {testing && <TestDialog channel={channel} onClose={() => setTesting(false)} />}
    </Group>
  );
}
