import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isFiltered, unfiltered } from '@/api/list';
import { EmptyState } from '@/ui/EmptyState';
import { useMoney } from '@/ui/Money';
import { ResourceTable } from '@/ui/ResourceTable';
import { columnsOf } from './columns';
import { LogFilters } from './LogFilters';
import { entriesQuery, FAILURE, filters, type LogState, sumQuery } from './queries';
import { useLive } from './useLive';

type Props = {
  state: LogState;
  onState: (state: LogState) => void;
  /** Where it stands at a channel or an account: everybody's entries of that. */
  within?: Partial<LogState>;
  live?: boolean;
  /** Says how many there are, which reads them all. */
  counts?: boolean;
};

const NOWHERE = {};

/** The entries that the filters leave, newest first; each amount leads to its receipt. */
export function Entries({ state, onState, within = NOWHERE, live = false, counts = false }: Props) {
  const { t } = useTranslation('log');
  const here = Object.keys(within).length > 0;
  const asked = here ? { ...state, ...within, all: '1' } : state;
  const all = Boolean(asked.all);
  // An older page stays as it is.
  const { query, told, hold } = useLive(asked, live && !state.cursor, useQuery(entriesQuery(asked, counts)));
  return (
    <div {...hold}>
      {live && (
        <Text size="sm" role="status" mb="xs">
          {told}
        </Text>
      )}
      <ResourceTable
        name={state.type === FAILURE ? 'failures' : 'log'}
        filters={<LogFilters state={state} onState={onState} within={within} />}
        caption={t('title')}
        query={query}
        columns={columnsOf(state.type, query.data?.rows ?? [], t, all)}
        idOf={(entry) => entry.request_id || entry.id}
        nameOf={(entry) => entry.request_id}
        state={state}
        onState={(list) => onState({ ...state, ...list })}
        filtered={isFiltered(state)}
        onClearFilters={() => onState(unfiltered(state))}
        empty={<EmptyState text={t(here ? 'emptyHere' : 'empty')} />}
      />
    </div>
  );
}

type SumProps = { state: LogState; asked: boolean; onAsk: () => void };

/** What it comes to: at once for a span of time, else when it is asked for, since every entry is read for it. */
export function Sum({ state, asked, onAsk }: SumProps) {
  const { t } = useTranslation('log');
  const { first } = useMoney();
  const adds = asked || Boolean(filters(state).start_timestamp);
  const { data: sum, isFetching } = useQuery({ ...sumQuery(state), enabled: adds });
  if (!sum || !adds) {
    return (
      <Button variant="default" loading={isFetching} onClick={onAsk}>
        {t('addUp')}
      </Button>
    );
  }
  return (
    <Text size="sm" role="status">
      {t(sum.complete ? 'sum' : 'sumAtLeast', { amount: first(sum.quota) })}
    </Text>
  );
}
