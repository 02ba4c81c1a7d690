import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { providersQuery } from '@/api/providers';
import { EmptyState } from '@/ui/EmptyState';
import { ListPage } from '@/ui/ListPage';
import { NewButton } from '@/ui/NewButton';
import { Page } from '@/ui/Page';
import { ChannelActions } from './ChannelActions';
import { ChannelBulk } from './ChannelBulk';
import { ChannelFilters } from './ChannelFilters';
import { ChannelTools } from './ChannelTools';
import { columns } from './columns';
import { type Channel, type ChannelState, channelsQuery } from './queries';
import { Tags } from './Tags';

type Props = { state: ChannelState; onState: (state: ChannelState) => void };

/** The ways to providers: which are in service, for whom, in which order. */
export function Channels({ state, onState }: Props) {
  const { t } = useTranslation('channel');
  const tagged = state.view === 'tags';
  const query = useQuery({ ...channelsQuery(state), enabled: !tagged });
  const providers = useQuery(providersQuery).data ?? [];
  const views = <Views state={state} onState={onState} />;
  if (tagged) {
    return (
      <Page title={t('title')} actions={<ChannelTools />}>
        {views}
        <Tags />
      </Page>
    );
  }
  return (
    <ListPage<Channel, ChannelState>
      name="channel"
      title={t('title')}
      above={
        <>
          <ChannelTools />
          <NewButton to="/channel/add">{t('new')}</NewButton>
        </>
      }
      search={t('search')}
      before={views}
      filters={<ChannelFilters state={state} onState={onState} providers={providers} />}
      note={state.q ? 'search' : undefined}
      query={query}
      columns={columns(t, providers, query.data?.rows ?? [])}
      idOf={(channel) => channel.id}
      nameOf={(channel) => channel.name}
      state={state}
      onState={onState}
      actions={(channel) => <ChannelActions channel={channel} />}
      bulk={(channels, done) => <ChannelBulk channels={channels} onDone={done} />}
      empty={
        <EmptyState text={t('empty')}>
          <NewButton to="/channel/add">{t('new')}</NewButton>
        </EmptyState>
      }
    />
  );
}

/** The same channels as rows, or by their tags. */
function Views({ state, onState }: Props) {
  const { t } = useTranslation('channel');
  return (
    <SegmentedControl
      size="xs"
      mb="sm"
      aria-label={t('tags.view')}
      value={state.view ?? 'rows'}
      onChange={(view) => onState(view === 'tags' ? { view } : {})}
      data={[
        { value: 'rows', label: t('tags.rows') },
        { value: 'tags', label: t('tags.title') },
      ]}
    />
  );
}
