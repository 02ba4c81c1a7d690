import { queryOptions } from '@tanstack/react-query';
import { client, opened } from './client';

/** The names of all groups. */
export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/group', { signal })) as unknown as string[],
  staleTime: 5 * 60_000,
});
