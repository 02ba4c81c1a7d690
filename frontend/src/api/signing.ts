import { useMutation, useQueryClient } from '@tanstack/react-query';
import { accountKey, noteSigned } from './account';
import { client } from './client';

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
