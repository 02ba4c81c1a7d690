import { NumberInput, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Provider } from '@/api/providers';
import { percent } from '@/lib/shares';
import { Clipped } from '@/ui/Clipped';
import { Money } from '@/ui/Money';
import type { Column } from '@/ui/ResourceTable';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { type Channel, DISABLED, ENABLED, useChannels } from './queries';
import { shareOf } from './share';

/** What the list says of a channel; its share is among those listed. */
export function columns(t: TFunction<'channel'>, providers: Provider[], listed: Channel[]): Column<Channel>[] {
  return [
    { id: 'name', title: t('name'), sorts: true, render: (channel) => <Name channel={channel} /> },
    { id: 'id', title: t('id'), sorts: true, numeric: true, render: (channel) => channel.id },
    { id: 'type', title: t('provider'), sorts: true, render: ({ type }) => providerName(providers, type) },
    { id: 'status', title: t('state'), sorts: true, render: (channel) => <Standing channel={channel} /> },
    { id: 'group', title: t('groups'), render: (channel) => <Clipped text={channel.group} most={120} /> },
    { id: 'models', title: t('models'), render: (channel) => <Models channel={channel} /> },
    ...routing(t, listed),
    { id: 'test_time', title: t('tested'), sorts: true, render: (channel) => <Tested channel={channel} /> },
    { id: 'response_time', title: t('responseTime'), sorts: true, numeric: true, off: true, render: responseTime },
    {
      id: 'balance',
      title: t('balanceOf'),
      sorts: true,
      numeric: true,
      render: (channel) => <Balance channel={channel} />,
    },
    { id: 'used_quota', title: t('used'), numeric: true, render: (channel) => <Money quota={channel.used_quota} /> },
    { id: 'tag', title: t('tag'), sorts: true, render: (channel) => <Clipped text={channel.tag} most={100} /> },
    { id: 'base_url', title: t('address'), off: true, render: (channel) => <Clipped text={channel.base_url} /> },
    { id: 'key_count', title: t('keyCount'), numeric: true, off: true, render: (channel) => channel.key_count },
  ];
}

function routing(t: TFunction<'channel'>, listed: Channel[]): Column<Channel>[] {
  return [
    {
      id: 'priority',
      title: t('priority'),
      sorts: true,
      numeric: true,
      render: (channel) => <Inline channel={channel} field="priority" />,
    },
    {
      id: 'weight',
      title: t('weight'),
      sorts: true,
      numeric: true,
      render: (channel) => <Weight channel={channel} listed={listed} />,
    },
  ];
}

function providerName(providers: Provider[], type: number): string {
  return providers.find(({ id }) => id === type)?.name ?? String(type);
}

function Name({ channel }: { channel: Channel }) {
  return (
    <Link to="/channel/$id" params={{ id: String(channel.id) }}>
      <Clipped text={channel.name || `#${channel.id}`} />
    </Link>
  );
}

export function Standing({ channel: { status, status_reason } }: { channel: Channel }) {
  const { t } = useTranslation('channel');
  if (status === ENABLED) return <State is="good">{t('states.enabled')}</State>;
  if (status === DISABLED) return <State is="off">{t('states.disabled')}</State>;
  return (
    <span title={status_reason}>
      <State is="bad">{t('states.out')}</State>
    </span>
  );
}

function Models({ channel }: { channel: Channel }) {
  const names = channel.models.split(',').filter(Boolean);
  const more = names.length > 2 ? ` +${names.length - 2}` : '';
  return (
    <span title={names.join(', ')} translate="no">
      {names.slice(0, 2).join(', ')}
      {more}
    </span>
  );
}

function responseTime({ response_time }: Channel): string {
  return response_time ? `${(response_time / 1000).toFixed(1)} s` : '–';
}

/** What its provider says is left there, and when that was. */
function Balance({ channel: { balance, balance_updated_time } }: { channel: Channel }) {
  if (!balance_updated_time) return <>–</>;
  return (
    <>
      {balance} · <When at={balance_updated_time} />
    </>
  );
}

/** The weight, and what share of the requests it comes to among those listed that serve the same. */
function Weight({ channel, listed }: { channel: Channel; listed: Channel[] }) {
  const { t } = useTranslation('channel');
  const share = shareOf(channel, listed);
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }}>
      <Inline channel={channel} field="weight" />
      <Text span size="xs" c="dimmed" w={40} title={t('share')}>
        {share === undefined ? '' : percent(Math.round(share * 100) / 100)}
      </Text>
    </span>
  );
}

function Tested({ channel }: { channel: Channel }) {
  if (!channel.test_time) return <>–</>;
  return (
    <>
      <When at={channel.test_time} /> · {(channel.response_time / 1000).toFixed(1)} s
    </>
  );
}

/** Changed where it stands; saved on leaving the field. */
function Inline({ channel, field }: { channel: Channel; field: 'priority' | 'weight' }) {
  const { t } = useTranslation('channel');
  const { change } = useChannels();
  const { saved, failed } = useSaved();
  const [value, setValue] = useState<number | string>(channel[field]);
  const save = (): void => {
    if (Number(value) === channel[field]) return;
    change.mutate({ id: channel.id, [field]: Number(value) }, { onSuccess: () => saved(), onError: failed });
  };
  return (
    <NumberInput
      aria-label={t('of', { what: t(field), name: channel.name })}
      size="xs"
      w={64}
      hideControls
      allowDecimal={false}
      value={value}
      onChange={setValue}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}
