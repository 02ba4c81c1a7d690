import { type ReactNode, useState } from 'react';
import { isFiltered, type ListState, unfiltered } from '@/api/list';
import { Page } from './Page';
import { ResourceTable, type TableProps } from './ResourceTable';
import { SearchBar } from './SearchBar';

type Searched = ListState & { q?: string };

type Props<Row, State extends Searched> = Omit<
  TableProps<Row>,
  'caption' | 'state' | 'onState' | 'search' | 'filters' | 'filtered' | 'onClearFilters' | 'selected' | 'onSelected'
> & {
  title: string;
  /** What the search goes by. */
  search: string;
  state: State;
  onState: (state: State) => void;
  /** Beside the title: the button for a new one, and what else is done with the whole list. */
  above: ReactNode;
  filters?: ReactNode;
  /** Between the title and the list. */
  before?: ReactNode;
  /** What is done with the selected rows; called with none of them, too. */
  bulk: (rows: Row[], done: (left?: Row[]) => void) => ReactNode;
};

/** A page that is a list: search, filters, rows, and what is done with many of them. */
export function ListPage<Row, State extends Searched>({
  title,
  search,
  state,
  onState,
  above,
  filters,
  before,
  bulk,
  ...list
}: Props<Row, State>) {
  const [selected, setSelected] = useState<Row[]>([]);
  return (
    <Page title={title} actions={above}>
      {before}
      <ResourceTable
        {...list}
        caption={title}
        state={state}
        onState={(looked) => onState({ ...state, ...looked })}
        search={
          <SearchBar
            label={search}
            value={state.q ?? ''}
            onSearch={(q) => onState({ ...state, q, cursor: undefined })}
          />
        }
        filters={filters}
        filtered={isFiltered(state)}
        onClearFilters={() => onState(unfiltered(state))}
        selected={selected}
        onSelected={setSelected}
      />
      {bulk(selected, (left = []) => setSelected(left))}
    </Page>
  );
}
