import { queryOptions, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { client, opened, type Schemas } from './client';
import { refusalOf } from './refusal';

export type Account = Schemas['User'];
export type Status = Schemas['Status'];

// Whether this browser has signed in: the cookie itself is not for scripts, and asking without one is a refusal.
const HINT = 'signed-in';

// Who left is asked for nothing any more: what was open is theirs no longer. Who was signed out meanwhile finds it again.
let left = false;

export function hasLeft(): boolean {
  return left;
}

export function noteSigned(signed: boolean): void {
  left = !signed;
  if (signed) localStorage.setItem(HINT, '1');
  else localStorage.removeItem(HINT);
}

export const accountKey = ['account'] as const;

/** Who is signed in; null where nobody is. */
export const accountQuery = queryOptions({
  queryKey: accountKey,
  queryFn: async ({ signal }): Promise<Account | null> => {
    if (!localStorage.getItem(HINT)) return null;
    try {
      return opened(await client.GET('/api/user/self', { signal }));
    } catch (error) {
      if (!refusalOf(error).signedOut) throw error;
      localStorage.removeItem(HINT);
      return null;
    }
  },
  staleTime: 60_000,
});

/** Whose page it is: also while they sign in anew over it, so that nothing on it is lost. */
export function useOwner(): Account | undefined {
  const account = useQuery(accountQuery).data;
  const last = useRef<Account>(undefined);
  if (account) last.current = account;
  return last.current;
}

/** What the gateway says of itself to everybody. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: async ({ signal }): Promise<Status> => opened(await client.GET('/api/status', { signal })),
  staleTime: 5 * 60_000,
});
