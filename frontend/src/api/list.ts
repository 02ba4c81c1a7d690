import { keepPreviousData, type QueryKey, queryOptions } from '@tanstack/react-query';
import type { Page } from './client';

/** What every list's address holds: which page of it, how long, in which order. */
export type ListState = { sort?: string; order?: 'asc' | 'desc'; size?: string; cursor?: string };

export const SIZES = ['20', '50', '100'] as const;

/** Of what the address holds that which a list understands; the rest of it is another page's. */
export function listState(given: Record<string, unknown>, sorts: readonly string[]): ListState {
  const state: ListState = {};
  if (sorts.includes(String(given.sort))) state.sort = String(given.sort);
  if (given.order === 'asc' || given.order === 'desc') state.order = given.order;
  if ((SIZES as readonly string[]).includes(String(given.size))) state.size = String(given.size);
  if (given.cursor) state.cursor = String(given.cursor);
  return state;
}

/** Filters as texts; what is empty is left out of the address. */
export function filterState<Name extends string>(
  given: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  return Object.fromEntries(names.flatMap((name) => (given[name] ? [[name, String(given[name])]] : []))) as Partial<
    Record<Name, string>
  >;
}

const LOOKED_AT = ['sort', 'order', 'size', 'cursor', 'all', 'view'];

/** Whether anything narrows a list, and its state without all that does. */
export function isFiltered(state: object): boolean {
  return Object.entries(state).some(([name, value]) => value && !LOOKED_AT.includes(name));
}

export function unfiltered<State extends object>(state: State): State {
  const kept = Object.entries(state).filter(([name]) => LOOKED_AT.includes(name) && name !== 'cursor');
  return Object.fromEntries(kept) as State;
}

/** The state as the API takes it. */
export function asked(state: ListState) {
  const { size, ...rest } = state;
  return { ...rest, page_size: Number(size ?? SIZES[0]) };
}

/** The same, and how many rows there are: counted where a list begins, for counting reads them all. */
export function askedCounted(state: ListState) {
  return { ...asked(state), ...(!state.cursor && { total: true }) };
}

// Milliseconds that a page is kept which nobody looks at: coming back is at once, and turning pages fills no memory.
const KEPT = 60_000;

/** A list as a query; while another page or filter loads, the rows from before stay. */
export function listQuery<Row>(key: QueryKey, read: (signal: AbortSignal) => Promise<Page<Row>>) {
  return queryOptions({
    queryKey: key,
    queryFn: ({ signal }) => read(signal),
    placeholderData: keepPreviousData,
    gcTime: KEPT,
  });
}
