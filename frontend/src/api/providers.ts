import { queryOptions } from '@tanstack/react-query';
import { client, opened, type Schemas } from './client';

export type Provider = Schemas['ChannelType'];

/** Who can be asked: every provider with its address, kind of key, settings and known models. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/providers', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
