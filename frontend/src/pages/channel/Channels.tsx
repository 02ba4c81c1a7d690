import { Button, NumberInput, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import { type Provider, providersQuery } from '@/api/providers';
import { Clipped } from '@/ui/Clipped';
import { EmptyState } from '@/ui/EmptyState';
import { Money } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { type Column, ResourceTable } from '@/ui/ResourceTable';
import { SearchBar } from '@/ui/SearchBar';
import { State } from '@/ui/State';
import { useSaved } from '@/ui/useSaved';
import { When } from '@/ui/When';
import { ChannelActions } from './ChannelActions';
import { ChannelBulk } from './ChannelBulk';
import {
  type Channel,
  type ChannelState,
  channelsQuery,
  DISABLED,
  ENABLED,
  OUT_OF_SERVICE,
  useChannels,
} from './queries';

type Props = { state: ChannelState; onState: (state: ChannelState) => void };

/** The ways to providers: which are in service, for whom, in which order. */
export function Channels({ state, onState }: Props) {
  const { t } = useTranslation('channel');
  const query = useQuery(channelsQuery(state));
  const providers = useQuery(providersQuery).data ?? [];
  const [selected, setSelected] = useState<Channel[]>([]);
  const filtered = Boolean(state.q || state.status || state.type || state.group || state.model || state.tag);
  return (
    <Page title={t('title')} actions={<NewButton />}>
      <Filters state={state} onState={onState} providers={providers} />
      <ResourceTable
        caption={t('title')}
        query={query}
        columns={columns(t, providers)}
        idOf={(channel) => channel.id}
        nameOf={(channel) => channel.name}
        state={state}
        onState={(list) => onState({ ...state, ...list })}
        actions={(channel) => <ChannelActions channel={channel} />}
        selected={selected}
        onSelected={setSelected}
        filtered={filtered}
        onClearFilters={() => onState({})}
        empty={
          <EmptyState text={t('empty')}>
            <NewButton />
          </EmptyState>
        }
      />
      <ChannelBulk channels={selected} onDone={() => setSelected([])} />
    </Page>
  );
}

function columns(t: TFunction<'channel'>, providers: Provider[]): Column<Channel>[] {
  return [
    { id: 'id', title: t('id'), sorts: true, numeric: true, render: (channel) => channel.id },
    { id: 'name', title: t('name'), sorts: true, render: (channel) => <Name channel={channel} /> },
    { id: 'type', title: t('provider'), sorts: true, render: ({ type }) => providerName(providers, type) },
    { id: 'status', title: t('state'), sorts: true, render: (channel) => <Standing channel={channel} /> },
    { id: 'group', title: t('groups'), render: (channel) => <Clipped text={channel.group} most={120} /> },
    { id: 'models', title: t('models'), render: (channel) => <Models channel={channel} /> },
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
      render: (channel) => <Inline channel={channel} field="weight" />,
    },
    { id: 'test_time', title: t('tested'), sorts: true, render: (channel) => <Tested channel={channel} /> },
    { id: 'used_quota', title: t('used'), numeric: true, render: (channel) => <Money quota={channel.used_quota} /> },
    { id: 'tag', title: t('tag'), sorts: true, render: (channel) => <Clipped text={channel.tag} most={100} /> },
  ];
}

export function providerName(providers: Provider[], type: number): string {
  return providers.find(({ id }) => id === type)?.name ?? String(type);
}

function Name({ channel }: { channel: Channel }) {
  return (
    <Link to="/channel/$id" params={{ id: String(channel.id) }}>
      <Clipped text={channel.name || `#${channel.id}`} />
    </Link>
  );
}

function Standing({ channel: { status, status_reason } }: { channel: Channel }) {
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
      w={76}
      hideControls
      allowDecimal={false}
      value={value}
      onChange={setValue}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}

function Filters({ state, onState, providers }: Props & { providers: Provider[] }) {
  const { t } = useTranslation('channel');
  const groups = useQuery(groupsQuery).data ?? [];
  const set = (change: Partial<ChannelState>): void => onState({ ...state, ...change, cursor: undefined });
  const clear = { clearable: true, clearButtonProps: { 'aria-label': t('clear') } };
  return (
    <SearchBar label={t('search')} value={state.q ?? ''} onSearch={(q) => set({ q })}>
      <Select
        aria-label={t('state')}
        placeholder={t('state')}
        {...clear}
        value={state.status ?? null}
        onChange={(status) => set({ status: status ?? undefined })}
        data={[
          { value: String(ENABLED), label: t('states.enabled') },
          { value: String(DISABLED), label: t('states.disabled') },
          { value: String(OUT_OF_SERVICE), label: t('states.out') },
        ]}
      />
      <Select
        aria-label={t('provider')}
        placeholder={t('provider')}
        searchable
        {...clear}
        value={state.type ?? null}
        onChange={(type) => set({ type: type ?? undefined })}
        data={providers.map(({ id, name }) => ({ value: String(id), label: name }))}
      />
      <Select
        aria-label={t('groups')}
        placeholder={t('groups')}
        {...clear}
        value={state.group ?? null}
        onChange={(group) => set({ group: group ?? undefined })}
        data={groups}
      />
    </SearchBar>
  );
}

function NewButton() {
  const { t } = useTranslation('channel');
  return (
    <Button component={Link} to="/channel/add" leftSection={<IconPlus size={16} aria-hidden />}>
      {t('new')}
    </Button>
  );
}
