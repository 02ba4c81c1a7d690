import { queryOptions } from '@tanstack/react-query';
import { client, opened, paged, type Schemas } from '@/api/client';
import { asked, type ListState, listQuery } from '@/api/list';

export type Entry = Schemas['Log'];

/** What narrows the log; `all` is an administrator's look at everybody's. */
export const FILTERS = [
  'all',
  'type',
  'model_name',
  'token_name',
  'username',
  'channel',
  'user_id',
  'range',
  'from',
  'until',
] as const;
export type LogState = ListState & Partial<Record<(typeof FILTERS)[number], string>>;

/** Kinds of entries: one-api's numbers, and from 6 on ours. Failures are beside the ledger, and only there when asked for. */
export const KINDS = {
  '1': 'topUp',
  '2': 'consume',
  '3': 'manage',
  '4': 'system',
  '5': 'test',
  '6': 'refund',
  '8': 'failure',
} as const;
export const FAILURE = '8';
export const REFUND = 6;

/** Whether a kind is of entries that no request wrote: what they are about stands in their text. */
export const isMovement = (kind: string | undefined): boolean => ['1', '3', '4', '6'].includes(kind ?? '');

/** Spans that end now, in seconds. */
export const RANGES = { '15m': 900, hour: 3600, day: 86_400, week: 604_800 } as const;

function since(range: string | undefined): string | undefined {
  const length = RANGES[range as keyof typeof RANGES];
  // To the minute, so that the same view asked twice is the same question.
  return length && String(Math.floor((Date.now() / 1000 - length) / 60) * 60);
}

/** When a day begins in this zone; nothing for what is no day. */
function dawn(day: string | undefined, later = 0): string | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return String(new Date(year, month - 1, date + later).getTime() / 1000);
}

/** The filters as the API takes them. */
export function filters({ type, model_name, token_name, range, from, until }: LogState) {
  const end = dawn(until, 1);
  return {
    type,
    model_name,
    token_name,
    start_timestamp: since(range) ?? dawn(from),
    end_timestamp: end && String(Number(end) - 1),
  };
}

/** Whose entries, for who may see everybody's. */
function whose({ username, channel, user_id }: LogState) {
  return { username, channel, user_id };
}

type More = { after?: string; order?: 'asc'; page_size?: number; total?: boolean };

/** A page of the entries, or those that came after one. */
export async function entries(state: LogState, signal: AbortSignal | null, more?: More) {
  const { sort, order, size, cursor } = state;
  const query = { ...filters(state), ...asked({ sort, order, size, cursor } as ListState), ...more };
  return state.all
    ? await client.GET('/api/log', { params: { query: { ...query, ...whose(state) } }, signal })
    : await client.GET('/api/log/self', { params: { query }, signal });
}

/** `counts`: with how many there are, which reads them all. */
export const entriesQuery = (state: LogState, counts = false) =>
  listQuery<Entry>(['log', state, counts], async (signal) =>
    paged(await entries(state, signal, counts && !state.cursor ? { total: true } : {})),
  );

/** What the entries of these filters come to. */
export const sumQuery = (state: LogState) =>
  queryOptions({
    queryKey: ['log', 'sum', { ...state, cursor: undefined, size: undefined }],
    queryFn: async ({ signal }) =>
      opened(
        state.all
          ? await client.GET('/api/log/stat', { params: { query: { ...filters(state), ...whose(state) } }, signal })
          : await client.GET('/api/log/self/stat', { params: { query: filters(state) }, signal }),
      ),
  });
