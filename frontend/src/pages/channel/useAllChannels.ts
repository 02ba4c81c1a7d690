import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client, opened, type Schemas } from '@/api/client';
import { inParts } from '@/lib/parts';
import { KEY, MOST } from './queries';

/** What is done with all channels at once, and with what one of them has. */
export function useAllChannels() {
  const queries = useQueryClient();
  const onSettled = (): void => void queries.invalidateQueries({ queryKey: KEY });
  const testAll = useMutation({
    mutationFn: (scope: 'all' | 'disabled') => client.POST('/api/channel/test', { params: { query: { scope } } }),
  });
  const balances = useMutation({ mutationFn: () => client.GET('/api/channel/update_balance'), onSettled });
  const removeDisabled = useMutation({
    mutationFn: async () => opened(await client.DELETE('/api/channel/disabled')),
    onSettled,
  });
  const copyFields = useMutation({
    mutationFn: async ({ ids, ...body }: Schemas['CopiedFields']) => {
      const act = async (part: number[]) =>
        opened(await client.POST('/api/channel/copy_fields', { body: { ids: part, ...body } }));
      return (await inParts(ids, MOST, act)).flat();
    },
    onSettled,
  });
  const bring = useMutation({
    mutationFn: async (body: Schemas['Import']) => opened(await client.POST('/api/channel/import', { body })),
    onSettled,
  });
  return { testAll, balances, removeDisabled, copyFields, bring };
}

/** Every channel as it can be imported elsewhere, without its keys. */
export async function exported(): Promise<Schemas['ExportedChannel'][]> {
  const found: Schemas['ExportedChannel'][] = [];
  let after = 0;
  do {
    const part = opened(await client.GET('/api/channel/export', { params: { query: { after: String(after) } } }));
    found.push(...part.channels);
    after = part.next;
  } while (after);
  return found;
}
