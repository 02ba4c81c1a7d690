import { useMutation, useQueryClient } from '@tanstack/react-query';
import { inBatches } from '@/api/batches';
import { client, opened, paged, type Schemas } from '@/api/client';
import { askedCounted, type ListState, listQuery } from '@/api/list';

export type Code = Schemas['Redemption'];

/** What the server sorts codes by. */
export const SORTS = ['id', 'name', 'quota', 'status', 'created_time', 'redeemed_time'] as const;
export type CodeState = ListState & { q?: string };

export const ENABLED = 1;
export const DISABLED = 2;
export const USED = 3;

const KEY = ['codes'] as const;

export const codesQuery = ({ q, ...state }: CodeState) =>
  listQuery<Code>([...KEY, state, q], async (signal) =>
    paged(
      q
        ? await client.GET('/api/redemption/search', { params: { query: { keyword: q } }, signal })
        : await client.GET('/api/redemption', { params: { query: askedCounted(state) }, signal }),
    ),
  );

/** Changes to codes: each refreshes the lists that show them. */
export function useCodes() {
  const queries = useQueryClient();
  const onSuccess = (): void => void queries.invalidateQueries({ queryKey: KEY });
  const create = useMutation({
    mutationFn: async (body: Schemas['NewRedemptions']) => opened(await client.POST('/api/redemption', { body })),
    onSuccess,
  });
  const turn = useMutation({
    mutationFn: ({ id, status }: Pick<Code, 'id' | 'status'>) =>
      client.PUT('/api/redemption', { body: { id, status }, params: { query: { status_only: '1' } } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: number) =>
      client.DELETE('/api/redemption/{code_id}', { params: { path: { code_id: String(id) } } }),
    onSuccess,
  });
  const many = useMutation({
    mutationFn: ({ ids, action }: Schemas['ManyRows']) =>
      inBatches(ids, async (part) =>
        opened(await client.POST('/api/redemption/batch', { body: { ids: part, action } })),
      ),
    onSuccess,
  });
  return { create, turn, remove, many };
}
