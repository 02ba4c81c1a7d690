import { QueryCache, QueryClient } from '@tanstack/react-query';
import { accountKey } from '@/api/account';
import { refusalOf } from '@/api/refusal';

/** Reads wait once as long as the server said; nothing else is asked again, and writes never are. */
function again(failures: number, error: Error): boolean {
  return failures < 1 && refusalOf(error).retryAfter > 0;
}

function wait(_failures: number, error: Error): number {
  return refusalOf(error).retryAfter * 1000;
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // Signed out meanwhile: the account is forgotten, and the shell asks for the password over the page.
    onError(error, query) {
      if (refusalOf(error).signedOut && query.queryKey[0] !== accountKey[0]) {
        queryClient.setQueryData(accountKey, null);
      }
    },
  }),
  defaultOptions: {
    queries: { retry: again, retryDelay: wait, staleTime: 30_000, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
