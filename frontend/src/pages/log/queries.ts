import { queryOptions } from '@tanstack/react-query';
import { client, opened, paged, type Schemas } from '@/api/client';
import { asked, askedCounted, type ListState, listQuery } from '@/api/list';

export type Entry = Schemas['Log'];

/** What narrows the log; `all` is an administrator's look at everybody's. */
export const FILTERS = ['all', 'type', 'model_name', 'token_name', 'username', 'range'] as const;
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

/** Spans that end now, in seconds. */
export const RANGES = { '15m': 900, hour: 3600, day: 86_400, week: 604_800 } as const;

function since(range: string | undefined): string | undefined {
  const length = RANGES[range as keyof typeof RANGES];
  // To the minute, so that the same view asked twice is the same question.
  return length && String(Math.floor((Date.now() / 1000 - length) / 60) * 60);
}

function filters({ type, model_name, token_name, range }: LogState) {
  return { type, model_name, token_name, start_timestamp: since(range) };
}

/** `counts`: with how many there are, which reads them all. */
export const entriesQuery = (state: LogState, counts = false) =>
  listQuery<Entry>(['log', state, counts], async (signal) => {
    const { all, username, type: _, range: __, model_name: ___, token_name: ____, ...list } = state;
    const query = { ...filters(state), ...(counts ? askedCounted(list) : asked(list)) };
    return paged(
      all
        ? await client.GET('/api/log', { params: { query: { ...query, username } }, signal })
        : await client.GET('/api/log/self', { params: { query }, signal }),
    );
  });

/** What the entries of these filters come to. */
export const sumQuery = (state: LogState) =>
  queryOptions({
    queryKey: ['log', 'sum', { ...state, cursor: undefined, size: undefined }],
    queryFn: async ({ signal }) =>
      opened(
        state.all
          ? await client.GET('/api/log/stat', {
              params: { query: { ...filters(state), username: state.username } },
              signal,
            })
          : await client.GET('/api/log/self/stat', { params: { query: filters(state) }, signal }),
      ),
  });
