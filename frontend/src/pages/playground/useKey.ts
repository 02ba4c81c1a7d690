import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { statusQuery } from '@/api/account';
import { client, opened } from '@/api/client';
import { relayAddress } from '@/lib/address';
import type { Door } from '@/lib/relay';

const MINUTES = 60;

/** The way to the relay: a key for an hour with a small amount, made at the first question, held in memory only. */
export function useDoor(quota: number) {
  const status = useQuery(statusQuery).data;
  const kept = useRef<{ door: Door; until: number }>(undefined);
  const make = useMutation({
    mutationFn: async () => opened(await client.POST('/api/token/temporary', { body: { minutes: MINUTES, quota } })),
  });
  return async (): Promise<Door> => {
    if (kept.current && kept.current.until > Date.now()) return kept.current.door;
    const token = await make.mutateAsync();
    const door = { base: relayAddress(status), key: `sk-${token.key}` };
    kept.current = { door, until: Date.now() + (MINUTES - 1) * 60_000 };
    return door;
  };
}
