const KEY = 'seen';
// Of texts that were read; older ones are told again at worst.
const MOST = 200;

/** A short mark of a text, to know it again: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
export function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}

/** The marks of what was read in this browser. */
export function seen(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

export function keepSeen(marks: string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set(marks)].slice(-MOST)));
  } catch {
    // Told again next time.
  }
}
