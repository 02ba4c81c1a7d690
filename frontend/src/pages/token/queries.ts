import { useMutation, useQueryClient } from '@tanstack/react-query';
import { inBatches } from '@/api/batches';
import { client, opened, paged, type Schemas } from '@/api/client';
import { askedCounted, type ListState, listQuery } from '@/api/list';

export type Token = Schemas['Token'];
export type TokenForm = Schemas['TokenForm'];

/** What the server sorts keys by. */
export const SORTS = ['id', 'name', 'status', 'remain_quota', 'used_quota', 'accessed_time', 'expired_time'] as const;

export const ENABLED = 1;
export const DISABLED = 2;
export const EXPIRED = 3;

const KEY = ['tokens'] as const;

export type TokenState = ListState & { q?: string };

export const tokensQuery = ({ q, ...state }: TokenState) =>
  listQuery<Token>([...KEY, state, q], async (signal) =>
    paged(
      q
        ? await client.GET('/api/token/search', { params: { query: { keyword: q } }, signal })
        : await client.GET('/api/token', { params: { query: askedCounted(state) }, signal }),
    ),
  );

/** Changes to keys: each refreshes the lists that show them. */
export function useTokens() {
  const queries = useQueryClient();
  const onSuccess = (): void => void queries.invalidateQueries({ queryKey: KEY });
  const create = useMutation({
    mutationFn: async (body: TokenForm) => opened(await client.POST('/api/token', { body })),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: async (body: Schemas['EditedToken']) => opened(await client.PUT('/api/token', { body })),
    onSuccess,
  });
  const turn = useMutation({
    mutationFn: ({ id, status }: Pick<Token, 'id' | 'status'>) =>
      client.PUT('/api/token', { body: { id, status }, params: { query: { status_only: '1' } } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: number) => client.DELETE('/api/token/{token_id}', { params: { path: { token_id: String(id) } } }),
    onSuccess,
  });
  const many = useMutation({
    mutationFn: ({ ids, action }: Schemas['ManyRows']) =>
      inBatches(ids, async (part) => opened(await client.POST('/api/token/batch', { body: { ids: part, action } }))),
    onSuccess,
  });
  return { create, change, turn, remove, many };
}
