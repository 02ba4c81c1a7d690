import { DIALECTS, type Dialect, type DialectName, type Question } from './dialects';
import { eventsOf } from './events';

export type Door = { base: string; key: string };
/** What was asked, so that it can be asked again elsewhere; headers without the key. */
export type Told = { request: string; address: string; headers: Record<string, string>; body: string };

/** An answer that the relay refused, with what it said. */
export class RelayRefusal extends Error {}

type Streaming = { onText: (text: string) => void; onRequest: (told: Told) => void; signal: AbortSignal };

/** Asks in a dialect and tells the text as it comes; ends with the raw events. */
export async function ask(door: Door, name: DialectName, question: Question, to: Streaming): Promise<string> {
  const dialect: Dialect = DIALECTS[name];
  const body = JSON.stringify(dialect.body(question), null, 2);
  const address = door.base + dialect.path(question.model);
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...dialect.headers(door.key) },
    body,
    signal: to.signal,
  });
  to.onRequest({ request: requestOf(response), address, headers: dialect.headers('sk-…'), body });
  if (!response.ok || !response.body) throw new RelayRefusal(saidIn(await response.text()) || response.statusText);
  const raw: string[] = [];
  for await (const data of eventsOf(response.body)) {
    raw.push(data);
    const event = JSON.parse(data) as never;
    if (saidIn(data)) throw new RelayRefusal(saidIn(data));
    const text = dialect.text(event);
    if (text) to.onText(text);
  }
  return raw.join('\n');
}

/** Any other operation: a JSON body or a form to a path; what comes back is text, or a file. */
export async function post(
  door: Door,
  path: string,
  body: string | FormData,
): Promise<{ request: string; answer: Blob }> {
  const json: Record<string, string> = typeof body === 'string' ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(door.base + path, {
    method: 'POST',
    headers: { ...json, Authorization: `Bearer ${door.key}` },
    body,
  });
  if (!response.ok) throw new RelayRefusal(saidIn(await response.text()) || response.statusText);
  return { request: requestOf(response), answer: await response.blob() };
}

function requestOf(response: Response): string {
  return response.headers.get('X-Oneapi-Request-Id') ?? '';
}

/** The message of an error body of any dialect; empty where it is none. */
function saidIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: string } | string };
    return typeof error === 'string' ? error : (error?.message ?? '');
  } catch {
    return '';
  }
}
