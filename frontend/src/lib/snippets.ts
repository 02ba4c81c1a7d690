import { DIALECTS, type Dialect, type DialectName } from './dialects';

export type Ask = { base: string; key: string; model: string };

/** Quoted for a shell: nothing in it means anything to the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function curl({ base, key, model }: Ask): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
  return [
    `curl ${quoted(`${base}/v1/chat/completions`)} \\`,
    `  -H ${quoted(`Authorization: Bearer ${key}`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}`,
  ].join('\n');
}

export function python({ base, key, model }: Ask): string {
  return [
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url=${JSON.stringify(`${base}/v1`)}, api_key=${JSON.stringify(key)})`,
    'answer = client.chat.completions.create(',
    `    model=${JSON.stringify(model)}, messages=[{"role": "user", "content": "Hello"}]`,
    ')',
    'print(answer.choices[0].message.content)',
  ].join('\n');
}

/** Claude Code's settings for a shell: another key of the environment would win, so it is emptied. */
export function claudeCode({ base, key, model }: Ask): string {
  return [
    `export ANTHROPIC_BASE_URL=${quoted(base)}`,
    `export ANTHROPIC_AUTH_TOKEN=${quoted(key)}`,
    "export ANTHROPIC_API_KEY=''",
    `export ANTHROPIC_MODEL=${quoted(model)}`,
  ].join('\n');
}

/** A request with its body to any path. */
function posted(address: string, headers: Record<string, string>, body: object): string {
  const all = { ...headers, 'Content-Type': 'application/json' };
  return [
    `curl -N ${quoted(address)} \\`,
    ...Object.entries(all).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\`),
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join('\n');
}

/** A question in a dialect, whose answer comes as a stream. */
export function asked(name: DialectName, { base, key, model }: Ask): string {
  const dialect: Dialect = DIALECTS[name];
  const question = { model, system: '', messages: [{ role: 'user' as const, text: 'Hello' }], most: 1024 };
  return posted(base + dialect.path(model), dialect.headers(key), dialect.body(question));
}

// What is no chat, with a body to begin with.
const OTHERS: Record<string, [string, object]> = {
  completions: ['/v1/completions', { prompt: 'Hello' }],
  embeddings: ['/v1/embeddings', { input: 'Hello' }],
  images: ['/v1/images/generations', { prompt: 'A quiet harbour' }],
  speech: ['/v1/audio/speech', { input: 'Hello', voice: 'alloy' }],
  rerank: ['/v1/rerank', { query: 'harbour', documents: ['a boat', 'a hill'] }],
  moderation: ['/v1/moderations', { input: 'Hello' }],
};

type Model = { abilities: string[]; dialects: string[] };
const NAMED: [string, string, DialectName][] = [
  ['responses', 'Responses', 'responses'],
  ['anthropic', 'Anthropic', 'messages'],
  ['gemini', 'Gemini', 'gemini'],
];

/** What programs of each kind that may ask the model are told, by name; nothing where a body alone does not do. */
export function snippetsFor({ abilities, dialects }: Model, ask: Ask): Record<string, string> {
  const does = abilities[0] ?? 'chat';
  if (does !== 'chat') {
    const [path, body] = OTHERS[does] ?? [];
    const headers = { Authorization: `Bearer ${ask.key}` };
    return path ? { curl: posted(ask.base + path, headers, { model: ask.model, ...body }) } : {};
  }
  const others = NAMED.filter(([dialect]) => dialects.includes(dialect));
  return { ...usual(ask), ...Object.fromEntries(others.map(([, label, name]) => [label, asked(name, ask)])) };
}

/** What to paste where for a model that chats. */
export function usual(ask: Ask): Record<string, string> {
  return { curl: curl(ask), Python: python(ask), 'Claude Code': claudeCode(ask) };
}
