import { queryOptions } from '@tanstack/react-query';
import { client, opened } from './client';

const KEY = 'limits';

/** What is used of a key's limits, and of those that its owner and the owner's group have. */
export const ownLimitsQuery = (token: number) =>
  queryOptions({
    queryKey: [KEY, 'self', token],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/limits/self', { params: { query: { token_id: String(token) } }, signal })),
  });

type Subject = { user_id: string } | { channel_id: string } | { group: string } | { model: string };

/** The same of anybody's, for administrators. */
export const limitsQuery = (subject: Subject) =>
  queryOptions({
    queryKey: [KEY, subject],
    queryFn: async ({ signal }) => opened(await client.GET('/api/limits', { params: { query: subject }, signal })),
  });

export const limitsKey = [KEY] as const;
