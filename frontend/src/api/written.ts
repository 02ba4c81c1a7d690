import { queryOptions } from '@tanstack/react-query';
import { client, opened } from './client';

const KEPT = 5 * 60_000;

/** What the operator wrote for everybody's eyes: an address, Markdown, or HTML that the server cleaned. Empty: nothing. */
export const homeQuery = queryOptions({
  queryKey: ['written', 'home'],
  queryFn: async ({ signal }): Promise<string> => opened(await client.GET('/api/home_page_content', { signal })),
  staleTime: KEPT,
});

export const aboutQuery = queryOptions({
  queryKey: ['written', 'about'],
  queryFn: async ({ signal }): Promise<string> => opened(await client.GET('/api/about', { signal })),
  staleTime: KEPT,
});

export const noticeQuery = queryOptions({
  meta: { quiet: true }, // its failure is no page's
  queryKey: ['written', 'notice'],
  queryFn: async ({ signal }): Promise<string> => opened(await client.GET('/api/notice', { signal })),
  staleTime: KEPT,
});
