import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Account, accountKey, noteSigned } from './account';
import { client } from './client';

/** Whoever came in, by whatever way, is known to every page. */
export function useSignedIn(): (account: Account) => void {
  const queries = useQueryClient();
  return (account) => {
    noteSigned(true);
    queries.setQueryData(accountKey, account);
    void queries.invalidateQueries({ queryKey: accountKey });
  };
}

/** Ends the session; nothing of the account stays in memory. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.GET('/api/user/logout'),
    onSuccess: () => {
      noteSigned(false);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== accountKey[0] && queryKey[0] !== 'status' });
      queries.setQueryData(accountKey, null);
    },
  });
}
