import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, opened, paged, type Schemas } from '@/api/client';
import { asked, type ListState, listQuery } from '@/api/list';

export type User = Schemas['User'];

/** What the server sorts accounts by. */
export const SORTS = ['id', 'username', 'quota', 'used_quota', 'request_count'] as const;
export type UserState = ListState & { q?: string };

export const ENABLED = 1;

const KEY = ['users'] as const;

export const usersQuery = ({ q, ...state }: UserState) =>
  listQuery<User>([...KEY, state, q], async (signal) =>
    paged(
      q
        ? await client.GET('/api/user/search', { params: { query: { keyword: q } }, signal })
        : await client.GET('/api/user', { params: { query: asked(state) }, signal }),
    ),
  );

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: [...KEY, 'one', id],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/user/{user_id}', { params: { path: { user_id: id } }, signal })),
  });

/** Changes to accounts: each refreshes the lists that show them. */
export function useUsers() {
  const queries = useQueryClient();
  const onSuccess = (): void => void queries.invalidateQueries({ queryKey: KEY });
  const create = useMutation({
    mutationFn: (body: Schemas['NewUser']) => client.POST('/api/user', { body }),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: (body: Schemas['EditedUser']) => client.PUT('/api/user', { body }),
    onSuccess,
  });
  const manage = useMutation({
    mutationFn: (body: Schemas['Managed']) => client.POST('/api/user/manage', { body }),
    onSuccess,
  });
  const topUp = useMutation({
    mutationFn: (body: Schemas['TopUp']) => client.POST('/api/topup', { body }),
    onSuccess,
  });
  const many = useMutation({
    mutationFn: async (body: Schemas['ManagedMany']) => opened(await client.POST('/api/user/batch', { body })),
    onSuccess,
  });
  return { create, change, manage, topUp, many };
}
