import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { providersQuery } from '@/api/providers';
import { EmptyState } from '@/ui/EmptyState';
import { ListPage } from '@/ui/ListPage';
import { NewButton } from '@/ui/NewButton';
import { ChannelActions } from './ChannelActions';
import { ChannelBulk } from './ChannelBulk';
import { ChannelFilters } from './ChannelFilters';
import { columns } from './columns';
import { type Channel, type ChannelState, channelsQuery } from './queries';

type Props = { state: ChannelState; onState: (state: ChannelState) => void };

/** The ways to providers: which are in service, for whom, in which order. */
export function Channels({ state, onState }: Props) {
  const { t } = useTranslation('channel');
  const query = useQuery(channelsQuery(state));
  const providers = useQuery(providersQuery).data ?? [];
  return (
    <ListPage<Channel, ChannelState>
      name="channel"
      title={t('title')}
      above={<NewButton to="/channel/add">{t('new')}</NewButton>}
      search={t('search')}
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
