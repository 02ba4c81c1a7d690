import { queryOptions } from '@tanstack/react-query';
import { client, opened, type Schemas } from './client';

export type Announcement = Schemas['Announced'];

export const announcementsKey = ['announcements'] as const;

/** What the operator has to say now to who asks. */
export const announcementsQuery = queryOptions({
  meta: { quiet: true }, // its failure is no page's
  queryKey: [...announcementsKey, 'now'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/announcement', { signal })),
  staleTime: 5 * 60_000,
});

/** All of it, whenever it is shown, for root. */
export const allAnnouncementsQuery = queryOptions({
  queryKey: [...announcementsKey, 'all'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/announcement/all', { signal })),
});
