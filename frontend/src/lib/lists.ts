/** Names as people paste them: lines, commas, or JSON; each once, in their order. */
export function namesIn(pasted: string): string[] {
  return [...new Set(read(pasted).map((name) => name.trim()))].filter(Boolean);
}

function read(pasted: string): string[] {
  try {
    const value: unknown = JSON.parse(pasted);
    if (Array.isArray(value)) return value.map(String);
  } catch {
    // Not JSON: a list by commas or lines.
  }
  return pasted.split(/[\n,，;]+/);
}
