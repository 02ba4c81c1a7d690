import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { accountQuery, statusQuery } from '@/api/account';
import { milliseconds, percent } from '@/lib/shares';
import { Closed } from '@/ui/Closed';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import type { Column } from '@/ui/ResourceTable';
import { SearchBar } from '@/ui/SearchBar';
import { Strip, StripLegend } from '@/ui/Strip';
import { WholeList } from '@/ui/WholeList';
import { Counted } from './Counted';
import { type ModelHealth, publicQuery, type Counted as Until } from './queries';

type Props = { q: string; onSearch: (q: string | undefined) => void };

/** How models are doing, group by group, for whom the operator lets see it. */
export function Status({ q, onSearch }: Props) {
  const { t } = useTranslation('health');
  const account = useQuery(accountQuery).data;
  const open = useQuery(statusQuery).data?.status_public;
  const closed = account === null && open === false;
  const known = account !== undefined && (account !== null || open !== undefined);
  const query = useQuery({ ...publicQuery(account?.id), enabled: known && !closed });
  return (
    <Page title={t('status')}>
      {closed ? (
        <Closed text={t('closed')} />
      ) : (
        <Loaded query={query}>
          {(told) =>
            told.rows.length === 0 ? <EmptyState text={t('quiet')} /> : <Models {...told} q={q} onSearch={onSearch} />
          }
        </Loaded>
      )}
    </Page>
  );
}

function Models({ rows, q, onSearch, ...counted }: Props & Until & { rows: ModelHealth[] }) {
  const { t } = useTranslation('health');
  const left = rows.filter(({ model, group }) => `${model} ${group}`.toLowerCase().includes(q.toLowerCase()));
  return (
    <>
      <SearchBar key={q} value={q} label={t('search')} onSearch={onSearch} />
      <Counted {...counted} />
      <StripLegend />
      <WholeList<ModelHealth>
        caption={t('status')}
        rows={left}
        columns={columns(t)}
        idOf={({ model, group }) => `${group} ${model}`}
        nameOf={({ model }) => model}
        state={{}}
        onState={() => undefined}
        onClearFilters={() => onSearch(undefined)}
      />
    </>
  );
}

function columns(t: TFunction<'health'>): Column<ModelHealth>[] {
  return [
    { id: 'model', title: t('model'), render: ({ model }) => <span translate="no">{model}</span> },
    { id: 'group', title: t('group'), render: ({ group }) => group },
    { id: 'hours', title: t('day'), render: (row) => <Strip name={`${row.model}, ${row.group}`} hours={row.hours} /> },
    { id: 'success', title: t('success'), numeric: true, render: ({ success }) => percent(success) },
    { id: 'ttft', title: t('firstOnly'), numeric: true, render: (row) => milliseconds(row.ttft_p50) },
  ];
}
