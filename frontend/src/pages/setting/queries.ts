import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, opened, type Schemas } from '@/api/client';

export type Option = Schemas['DescribedOption'];

/** The sections of the settings, in the order of their use; every section of the server's list has a page. */
export const SECTIONS = [
  'general',
  'content',
  'sign_in',
  'money',
  'prices',
  'groups',
  'limits',
  'mail',
  'alarms',
  'channels',
  'system',
] as const;
export type Section = (typeof SECTIONS)[number];

export const optionsQuery = queryOptions({
  queryKey: ['options'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/option/schema', { signal })),
});

/** What models cost before the operator's own prices. */
export const builtinPricesQuery = queryOptions({
  queryKey: ['builtin-prices'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/option/prices', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Groups with who is in them. */
export const groupDetailsQuery = queryOptions({
  queryKey: ['groups', 'details'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/group/details', { signal })),
});

export const jobsQuery = queryOptions({
  queryKey: ['jobs'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/job', { signal })),
});

/** Sets what changed, all of it or nothing. */
export function useSaveOptions() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (values: Record<string, string | null>) => client.PUT('/api/option/batch', { body: { values } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: optionsQuery.queryKey });
      void queries.invalidateQueries({ queryKey: ['status'] });
      void queries.invalidateQueries({ queryKey: ['groups'] });
    },
  });
}
