import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client, opened, paged, type Schemas } from '@/api/client';
import { askedCounted, type ListState, listQuery } from '@/api/list';
import { inParts } from '@/lib/parts';

export type User = Schemas['ManagedUser'];

/** What the server sorts accounts by. */
export const SORTS = ['id', 'username', 'quota', 'used_quota', 'request_count'] as const;
export const FILTERS = ['q', 'group', 'role', 'status', 'seen'] as const;
export type UserState = ListState & Partial<Record<(typeof FILTERS)[number], string>>;

export const ENABLED = 1;
export const DISABLED = 2;

const DAY = 86_400;
/** When somebody was seen: within so many days, or not for so many. */
export const SEEN = { day: 1, week: 7, month: 30, notMonth: -30, notQuarter: -90 } as const;

function seen(name: string | undefined) {
  const days = SEEN[name as keyof typeof SEEN];
  if (!days) return {};
  // To the hour, so that the same view asked twice is the same question.
  const at = Math.floor(Date.now() / 3_600_000) * 3600 - Math.abs(days) * DAY;
  return days > 0 ? { seen_after: at } : { seen_before: at };
}

const KEY = ['users'] as const;
const MOST = 100; // of one call

export const usersQuery = (state: UserState) =>
  listQuery<User>([...KEY, state], async (signal) => {
    const { q, group, role, status, seen: at, ...list } = state;
    if (q) return paged(await client.GET('/api/user/search', { params: { query: { keyword: q } }, signal }));
    const narrowed = { ...(group && { group }), ...(role && { role }), ...(status && { status }), ...seen(at) };
    const query = { ...askedCounted(list), ...narrowed } as ReturnType<typeof askedCounted>;
    return paged(await client.GET('/api/user', { params: { query }, signal }));
  });

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
    mutationFn: async ({ ids, action }: Schemas['ManagedMany']) => {
      const act = async (part: number[]) =>
        opened(await client.POST('/api/user/batch', { body: { ids: part, action } }));
      return (await inParts(ids, MOST, act)).reduce((all, done) => all + done, 0);
    },
    onSuccess,
  });
  return { create, change, manage, topUp, many };
}
