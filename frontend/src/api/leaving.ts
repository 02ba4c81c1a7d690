import { useMutation } from '@tanstack/react-query';
import { addressOf, type ProviderName, rememberNext } from '@/lib/elsewhere';
import type { Status } from './account';
import { client, opened } from './client';

const COMING_IN = new Set(['/login', '/register']);

/** Goes to a provider, with a state that only this browser can come back with. */
export function useLeaving(status: Status | undefined) {
  return useMutation({
    mutationFn: async (name: ProviderName) => {
      const { pathname, search } = window.location;
      if (COMING_IN.has(pathname)) rememberNext(new URLSearchParams(search).get('next') ?? '/dashboard');
      else if (!pathname.startsWith('/oauth/')) rememberNext(pathname + search);
      window.location.assign(await wayTo(name, status));
    },
  });
}

async function wayTo(name: ProviderName, status: Status | undefined): Promise<string> {
  if (name === 'oidc') return opened(await client.GET('/api/oauth/oidc/authorize'));
  const state = opened(await client.GET('/api/oauth/state', { params: { query: { provider: name } } }));
  return addressOf(name, status ?? {}, state, window.location.origin);
}
