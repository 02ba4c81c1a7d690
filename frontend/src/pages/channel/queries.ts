import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, opened, paged, type Schemas } from '@/api/client';
import { limitsKey } from '@/api/limits';
import { askedCounted, type ListState, listQuery } from '@/api/list';
import { inParts } from '@/lib/parts';

export type Channel = Schemas['Channel'];

/** What the server sorts channels by, and what narrows the list. */
export const SORTS = [
  'id',
  'name',
  'type',
  'status',
  'priority',
  'weight',
  'response_time',
  'test_time',
  'balance',
  'tag',
] as const;
export const VIEWS = ['tags'] as const;
export const FILTERS = ['q', 'status', 'type', 'group', 'model', 'tag', 'address'] as const;
export type ChannelState = ListState & { view?: string } & Partial<Record<(typeof FILTERS)[number], string>>;

export const ENABLED = 1;
export const DISABLED = 2;
export const OUT_OF_SERVICE = 3;

export const KEY = ['channels'] as const;
/** Of one call. */
export const MOST = 200;

export const channelsQuery = ({ q, status, type, group, model, tag, address, view: _, ...list }: ChannelState) => {
  // What is not set is not sent.
  const given = Object.entries({ status, type, group, model, tag, address }).filter(([, value]) => value);
  const narrowed = Object.fromEntries(given) as { group?: string };
  return listQuery<Channel>([...KEY, list, narrowed, q], async (signal) =>
    paged(
      q
        ? await client.GET('/api/channel/search', { params: { query: { keyword: q, ...narrowed } }, signal })
        : await client.GET('/api/channel', { params: { query: { ...askedCounted(list), ...narrowed } }, signal }),
    ),
  );
};

/** The tags there are, with how many channels have each. */
export const tagsQuery = queryOptions({
  queryKey: [...KEY, 'tags'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/channel/tags', { signal })),
});

export const channelQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, 'one', id],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/channel/{channel_id}', { params: { path: { channel_id: id } }, signal })),
  });

/** What the last comparison with its provider found. */
export const changesQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, 'changes', id],
    queryFn: async ({ signal }) =>
      opened(
        await client.GET('/api/channel/{channel_id}/model_changes', { params: { path: { channel_id: id } }, signal }),
      ),
  });

/** The models that some channel in service sells at a price. */
export const soldQuery = queryOptions({
  queryKey: ['sold'],
  queryFn: async ({ signal }) => {
    const { models } = opened(await client.GET('/api/pricing', { signal }));
    return models.map(({ name }) => name);
  },
  staleTime: 60_000,
});

/** How it did hour by hour, of the last day. */
export const statsQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, 'stats', id],
    queryFn: async ({ signal }) => {
      const params = { path: { channel_id: id }, query: { hours: 24 } };
      const { data } = await client.GET('/api/channel/{channel_id}/stats', { params, signal });
      return data as Schemas['StatsOfOne'];
    },
  });

/** Its keys by how they end, and what was last said to each. */
export const keysQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, 'keys', id],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/channel/{channel_id}/keys', { params: { path: { channel_id: id } }, signal })),
  });

/** Changes to channels: each refreshes the lists that show them. */
export function useChannels() {
  const queries = useQueryClient();
  const onSuccess = (): void => {
    void queries.invalidateQueries({ queryKey: KEY });
    void queries.invalidateQueries({ queryKey: limitsKey });
  };
  const create = useMutation({
    mutationFn: async (body: Schemas['NewChannel']) => opened(await client.POST('/api/channel', { body })),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: async (body: Partial<Schemas['EditedChannel']> & { id: number }) =>
      opened(await client.PUT('/api/channel', { body: body as Schemas['EditedChannel'] })),
    onSuccess,
  });
  const many = useMutation({
    mutationFn: async ({ ids, ...body }: Schemas['Batch']) => {
      const act = async (part: number[]) =>
        opened(await client.POST('/api/channel/batch', { body: { ids: part, ...body } }));
      return (await inParts(ids, MOST, act)).reduce((all, done) => all + done, 0);
    },
    onSuccess,
  });
  const copy = useMutation({
    mutationFn: (id: number) => client.POST('/api/channel/copy/{channel_id}', { params: { path: { channel_id: id } } }),
    onSuccess,
  });
  const test = useMutation({
    mutationFn: async ({ id, model }: { id: number; model?: string }) => {
      const params = { path: { channel_id: id }, query: { model } };
      return (await client.POST('/api/channel/test/{channel_id}', { params: params as never }))
        .data as Schemas['Tested'];
    },
    onSettled: onSuccess,
  });
  const balance = useMutation({
    mutationFn: (id: number) =>
      client.GET('/api/channel/update_balance/{channel_id}', { params: { path: { channel_id: id } } }),
    onSettled: onSuccess,
  });
  return { create, change, many, copy, test, balance };
}
