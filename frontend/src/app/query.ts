import { MutationCache, type Query, QueryCache, QueryClient } from '@tanstack/react-query';
import { accountKey } from '@/api/account';
import { refusalOf } from '@/api/refusal';

/** Milliseconds until a read that was put off goes on by itself: as long as the server said; false where it said nothing. */
export function wait({ state: { error } }: Pick<Query, 'state'>): number | false {
  return error !== null && refusalOf(error).retryAfter * 1000;
}

/** Signed out meanwhile: the account is forgotten, and the shell asks for the password over the page. */
function notice(error: Error): void {
  if (refusalOf(error).signedOut) queryClient.setQueryData(accountKey, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== accountKey[0] && notice(error) }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      retry: false,
      refetchInterval: (query) => wait(query as Query) || false,
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: true,
      networkMode: 'always',
    },
    // A write is never sent again by itself.
    mutations: { retry: false, networkMode: 'always' },
  },
});
