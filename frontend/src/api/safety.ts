import { queryOptions } from '@tanstack/react-query';
import { client, opened } from './client';

/** Codes of an app beside the password. */
export const factorQuery = queryOptions({
  queryKey: ['second factor'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/user/2fa/status', { signal })),
});

/** Signing in without a password. */
export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async ({ signal }) => opened(await client.GET('/api/user/passkey', { signal })) ?? [],
});
