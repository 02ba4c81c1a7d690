import { saveFile } from '@/lib/download';
import { language } from '@/lib/language';
import { refusalIn } from './refusal';

type Query = Record<string, string | number | undefined>;

/** Saves a list as one CSV file, however many parts the server makes of it. */
export async function saveExport(path: string, name: string, query: Query = {}): Promise<void> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const parts: string[] = [];
  let cursor = '';
  do {
    const asked = new URLSearchParams([...given.map(([key, value]) => [key, String(value)]), ['format', 'csv']]);
    if (cursor) asked.set('cursor', cursor);
    const response = await fetch(`${path}?${asked}`, { headers: { 'Accept-Language': language() } });
    const refusal = await refusalIn(response);
    if (refusal) throw refusal;
    const part = await response.text();
    // Every part begins with the names of the columns.
    parts.push(parts.length ? part.slice(part.indexOf('\n') + 1) : part);
    cursor = response.headers.get('X-Next-Cursor') ?? '';
  } while (cursor);
  saveFile(name, parts.join(''), 'text/csv');
}
