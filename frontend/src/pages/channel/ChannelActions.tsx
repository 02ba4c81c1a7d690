import { Button, Group, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { confirmDanger } from '@/ui/confirm';
import { RowMenu } from '@/ui/RowMenu';
import { useSaved } from '@/ui/useSaved';
import { type Channel, DISABLED, ENABLED, useChannels } from './queries';

/** What can be done with one channel. */
export function ChannelActions({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  const { change, many, copy, test, balance } = useChannels();
  const { saved, failed } = useSaved();
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
        <Menu.Item onClick={() => balance.mutate(channel.id, tell)}>{t('balance')}</Menu.Item>
        <Menu.Item onClick={() => copy.mutate(channel.id, tell)}>{t('copy')}</Menu.Item>
        <Menu.Item renderRoot={(props) => <Link {...props} to="/log" search={{ all: '1' }} />}>{t('log')}</Menu.Item>
        <Menu.Item color="red" onClick={remove}>
          {t('delete.action')}
        </Menu.Item>
      </RowMenu>
    </Group>
  );
}
