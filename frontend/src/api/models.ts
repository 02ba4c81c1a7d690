import { queryOptions } from '@tanstack/react-query';
import { client, opened } from './client';

/** The models that who is signed in may ask for. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/user/available_models', { signal })),
  staleTime: 5 * 60_000,
});
