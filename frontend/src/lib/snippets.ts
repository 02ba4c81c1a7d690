import { DIALECTS, type Dialect, type DialectName } from './dialects';
import { programs } from './programs';
import { type Ask, quoted, type Snippet, text } from './snippet';

/** A request with its body to any path. */
function posted(address: string, headers: Record<string, string>, body: object): string {
  const all = { ...headers, 'Content-Type': 'application/json' };
  return text(
    `curl -N ${quoted(address)} \\`,
    ...Object.entries(all).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)} \\`),
    `  -d ${quoted(JSON.stringify(body))}`,
  );
}

export function curl({ base, key, model }: Ask): string {
  const body = { model, messages: [{ role: 'user', content: 'Hello' }] };
  return posted(`${base}/v1/chat/completions`, { Authorization: `Bearer ${key}` }, body);
}

export function python({ base, key, model }: Ask): string {
  return text(
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url=${JSON.stringify(`${base}/v1`)}, api_key=${JSON.stringify(key)})`,
    'answer = client.chat.completions.create(',
    `    model=${JSON.stringify(model)}, messages=[{"role": "user", "content": "Hello"}]`,
    ')',
    'print(answer.choices[0].message.content)',
  );
}

export function javascript({ base, key, model }: Ask): string {
  return text(
    "import OpenAI from 'openai';",
    '',
    `const client = new OpenAI({ baseURL: ${JSON.stringify(`${base}/v1`)}, apiKey: ${JSON.stringify(key)} });`,
    'const answer = await client.chat.completions.create({',
    `  model: ${JSON.stringify(model)},`,
    "  messages: [{ role: 'user', content: 'Hello' }],",
    '});',
    'console.log(answer.choices[0].message.content);',
  );
}

export function anthropic({ base, key, model }: Ask): string {
  return text(
    'from anthropic import Anthropic',
    '',
    `client = Anthropic(base_url=${JSON.stringify(base)}, api_key=${JSON.stringify(key)})`,
    'answer = client.messages.create(',
    `    model=${JSON.stringify(model)}, max_tokens=1024, messages=[{"role": "user", "content": "Hello"}]`,
    ')',
    'print(answer.content[0].text)',
  );
}

export function google({ base, key, model }: Ask): string {
  return text(
    'from google import genai',
    'from google.genai import types',
    '',
    `options = types.HttpOptions(base_url=${JSON.stringify(base)})`,
    `client = genai.Client(api_key=${JSON.stringify(key)}, http_options=options)`,
    `answer = client.models.generate_content(model=${JSON.stringify(model)}, contents="Hello")`,
    'print(answer.text)',
  );
}

const code = (name: string, written: string): Snippet => ({ name, parts: [{ code: written }] });

/** What to write in programs of one's own. */
function libraries(ask: Ask): Snippet[] {
  return [
    code('curl', curl(ask)),
    code('Python', python(ask)),
    code('JavaScript', javascript(ask)),
    code('Anthropic SDK', anthropic(ask)),
    code('Google GenAI SDK', google(ask)),
  ];
}

/** What to paste where for a model that chats. */
export function usual(ask: Ask): Snippet[] {
  return [...libraries(ask), ...programs(ask)];
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
  ['anthropic', 'Messages', 'messages'],
  ['gemini', 'Gemini', 'gemini'],
];

/** What programs of each kind that may ask the model are told; nothing where a body alone does not do. */
export function snippetsFor({ abilities, dialects }: Model, ask: Ask): Snippet[] {
  const does = abilities[0] ?? 'chat';
  if (does !== 'chat') {
    const [path, body] = OTHERS[does] ?? [];
    const headers = { Authorization: `Bearer ${ask.key}` };
    return path ? [code('curl', posted(ask.base + path, headers, { model: ask.model, ...body }))] : [];
  }
  const others = NAMED.filter(([dialect]) => dialects.includes(dialect));
  return [...usual(ask), ...others.map(([, label, name]) => code(`${label} (curl)`, asked(name, ask)))];
}

// Names of models that answer no question in words.
const NO_CHAT =
  /embed|whisper|tts|dall-e|image|rerank|moderation|bge-|audio|realtime|transcribe|sora|veo|imagen|flux|diffusion|translate/i;

/** One to ask first among many. */
export function chatModel(names: readonly string[]): string {
  return names.find((name) => !NO_CHAT.test(name)) ?? names[0] ?? 'gpt-4o-mini';
}
