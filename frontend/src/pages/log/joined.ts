import type { Entry } from './queries';

const MOST = 500; // rows that are held

/** New entries before those there are, each once. */
export function joined(fresh: Entry[], known: Entry[]): Entry[] {
  const seen = new Set<string | number>();
  const all = [...fresh, ...known].filter((entry) => {
    const id = entry.request_id || entry.id;
    return !seen.has(id) && seen.add(id);
  });
  return all.slice(0, MOST);
}

/** Whether less than a quarter of what this address may ask is left. */
export function isScarce(headers: Headers): boolean {
  const left = headers.get('X-RateLimit-Remaining');
  const limit = Number(headers.get('X-RateLimit-Limit'));
  return left !== null && limit > 0 && Number(left) < limit / 4;
}
