import { type Query, useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { Failure } from './Failure';

/** What a page without an answer says itself, it does not say twice. */
function stale(shown: Query[]): Error | null {
  const failed = shown.filter(({ state, meta }) => state.status === 'error' && meta?.quiet !== true);
  const kept = failed.every(({ state }) => state.data !== undefined);
  return kept ? (failed[0]?.state.error ?? null) : null;
}

/** That what is shown could not be asked for again, once for the whole page. */
export function Stale() {
  const queries = useQueryClient();
  const cache = queries.getQueryCache();
  const subscribe = useCallback((onChange: () => void) => cache.subscribe(onChange), [cache]);
  const error = useSyncExternalStore(subscribe, () => stale(cache.findAll({ type: 'active' })));
  if (!error) return null;
  const again = (): void =>
    void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' });
  return <Failure error={error} onAgain={again} />;
}
