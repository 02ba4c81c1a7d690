import { Button, Group, Select, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '@/api/client';
import { type ListState, SIZES } from '@/api/list';
import { Cards } from './Cards';
import { ListTools, useColumns } from './ListTools';
import { Loaded } from './Loaded';
import { Rows } from './Rows';
import classes from './ui.module.css';
import { useWide } from './useWide';

export type Column<Row> = {
  id: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** Whether the server sorts by it. */
  sorts?: boolean;
  /** Numbers stand at the right edge. */
  numeric?: boolean;
  /** Not shown until it is chosen. */
  off?: boolean;
};

/** What of a list is shown: a page of it, or all. */
export type RowsProps<Row> = {
  /** What the table holds, for who does not see it. */
  caption: string;
  rows: Row[];
  /** Whether they are of the filters before, until those of the new come. */
  old?: boolean;
  columns: Column<Row>[];
  /** The row's name in its buttons and boxes. */
  nameOf: (row: Row) => string;
  idOf: (row: Row) => string | number;
  state: ListState;
  onState: (state: ListState) => void;
  actions?: (row: Row) => ReactNode;
  /** Whether rows stand close. */
  dense?: boolean;
  selected?: Row[];
  onSelected?: (rows: Row[]) => void;
};

/** Where the server stops: a search shows so many, sorting and filtering look at the newest. */
export type Note = 'search' | 'sorted' | 'filtered';

export type TableProps<Row> = Omit<RowsProps<Row>, 'rows' | 'old'> & {
  /** What this browser keeps the look of the list by. */
  name: string;
  query: UseQueryResult<Page<Row>>;
  /** Search and filters: they stay whatever the list says. */
  search?: ReactNode;
  filters?: ReactNode;
  /** How far the server sorts or searches, where it does not go all the way. */
  note?: Note | undefined;
  /** Shown when the list is empty and nothing filters it. */
  empty: ReactNode;
  filtered?: boolean;
  onClearFilters?: () => void;
};

/** A list: its state is the address's, its rows a page by cursor; cards where it is narrow. */
export function ResourceTable<Row>({ name, search, filters, columns, note, ...list }: TableProps<Row>) {
  const { isShown, dense } = useColumns(name);
  const shown = columns.filter((column, place) => place === 0 || isShown(column));
  const tools = <ListTools name={name} columns={columns} state={list.state} onState={list.onState} />;
  return (
    <>
      <div className={classes.head}>
        {search && <div className={classes.search}>{search}</div>}
        {search && tools}
        <div className={classes.narrowing}>{filters}</div>
        {!search && tools}
      </div>
      <Listed {...list} name={name} columns={shown} dense={dense} note={note} />
    </>
  );
}

function Listed<Row>({ note, ...props }: TableProps<Row>) {
  const { t } = useTranslation();
  const { query } = props;
  const wide = useWide();
  return (
    <Loaded query={query}>
      {({ rows }) => {
        if (rows.length > 0 || props.state.cursor) {
          const page = { rows, old: query.isPlaceholderData };
          return (
            <>
              {wide ? <Rows {...props} {...page} /> : <Cards {...props} {...page} />}
              {note && (
                <Text size="xs" c="dimmed" mt={6}>
                  {t(`note.${note}`)}
                </Text>
              )}
              <Paging {...props} />
            </>
          );
        }
        return props.filtered ? <Unmatched onClear={props.onClearFilters} /> : props.empty;
      }}
    </Loaded>
  );
}

function Unmatched({ onClear }: { onClear: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <div className={classes.state} role="status">
      <Text>{t('unmatched')}</Text>
      {onClear && (
        <Button variant="default" onClick={onClear}>
          {t('clearFilters')}
        </Button>
      )}
    </div>
  );
}

function Paging<Row>({ query, state, onState }: TableProps<Row>) {
  const { t } = useTranslation();
  const next = query.data?.next;
  // Where each page was come from; who came by a link with a cursor goes on from the newest.
  const before = useRef(new Map<string, string | undefined>());
  const older = (): void => {
    if (next) before.current.set(next, state.cursor);
    onState({ ...state, cursor: next });
  };
  const total = useTotal(query.data?.total, Boolean(state.cursor));
  const newer = (): void => onState({ ...state, cursor: before.current.get(state.cursor ?? '') });
  return (
    <div className={classes.below}>
      <Group gap="xs">
        <Select
          aria-label={t('pageSize')}
          data={SIZES.map((size) => ({ value: size, label: t('rows', { count: Number(size) }) }))}
          value={state.size ?? SIZES[0]}
          allowDeselect={false}
          w={120}
          size="xs"
          onChange={(size) => onState({ ...state, size: size ?? undefined, cursor: undefined })}
        />
        {total !== undefined && <Text size="sm">{t('total', { count: total })}</Text>}
      </Group>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          disabled={!state.cursor}
          onClick={() => onState({ ...state, cursor: undefined })}
        >
          {t('first')}
        </Button>
        <Button size="xs" variant="default" disabled={!state.cursor} onClick={newer}>
          {t('newer')}
        </Button>
        <Button size="xs" variant="default" disabled={!next} onClick={older}>
          {t('older')}
        </Button>
      </Group>
    </div>
  );
}

/** How many rows there are, as it was told where the list begins. */
function useTotal(told: number | undefined, further: boolean): number | undefined {
  const before = useRef(told);
  if (told !== undefined || !further) before.current = told;
  return before.current;
}
