import { inParts } from '@/lib/parts';
import type { Schemas } from './client';

// Of one call, as the server says.
const MOST = 100;

/** The same done to many, in as many calls as that takes; what it came to together. */
export async function inBatches(
  ids: number[],
  act: (part: number[]) => Promise<Schemas['DoneToMany']>,
): Promise<Schemas['DoneToMany']> {
  const results = await inParts(ids, MOST, act);
  return { done: results.flatMap(({ done }) => done), failed: results.flatMap(({ failed }) => failed) };
}
