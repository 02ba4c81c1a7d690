/** What the playground asks in, one row a dialect: where, with which headers, and where the text of an answer stands. */
export type Message = { role: 'user' | 'assistant'; text: string };
export type Question = { model: string; system: string; messages: Message[]; temperature?: number; most: number };

type Json = Record<string, unknown>;

export type Dialect = {
  path: (model: string) => string;
  headers: (key: string) => Record<string, string>;
  body: (question: Question) => Json;
  /** The text that an event of the stream adds. */
  text: (event: never) => string | undefined;
};

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

// Unset knobs are not sent: some models refuse any value.
const set = (name: string, value: unknown): Json => (value === undefined ? {} : { [name]: value });

function chatMessages({ system, messages }: Question): Json[] {
  const said = messages.map(({ role, text }) => ({ role, content: text }));
  return system ? [{ role: 'system', content: system }, ...said] : said;
}

type ChatEvent = { choices?: { delta?: { content?: string } }[] };
type ResponsesEvent = { type?: string; delta?: string };
type MessagesEvent = { delta?: { text?: string } };
type GeminiEvent = { candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] } }[] };

export const DIALECTS = {
  chat: {
    path: () => '/v1/chat/completions',
    headers: bearer,
    body: (q) => ({
      model: q.model,
      messages: chatMessages(q),
      stream: true,
      max_tokens: q.most,
      ...set('temperature', q.temperature),
    }),
    text: ({ choices }: ChatEvent) => choices?.[0]?.delta?.content,
  },
  responses: {
    path: () => '/v1/responses',
    headers: bearer,
    body: (q) => ({
      model: q.model,
      input: q.messages.map(({ role, text }) => ({ role, content: text })),
      stream: true,
      max_output_tokens: q.most,
      ...set('instructions', q.system || undefined),
      ...set('temperature', q.temperature),
    }),
    text: ({ type, delta }: ResponsesEvent) => (type === 'response.output_text.delta' ? delta : undefined),
  },
  messages: {
    path: () => '/v1/messages',
    headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    body: (q) => ({
      model: q.model,
      messages: q.messages.map(({ role, text }) => ({ role, content: text })),
      stream: true,
      max_tokens: q.most,
      ...set('system', q.system || undefined),
      ...set('temperature', q.temperature),
    }),
    text: ({ delta }: MessagesEvent) => delta?.text,
  },
  gemini: {
    path: (model) => `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    headers: (key) => ({ 'x-goog-api-key': key }),
    body: (q) => ({
      contents: q.messages.map(({ role, text }) => ({ role: role === 'user' ? 'user' : 'model', parts: [{ text }] })),
      generationConfig: { maxOutputTokens: q.most, ...set('temperature', q.temperature) },
      ...set('systemInstruction', q.system ? { parts: [{ text: q.system }] } : undefined),
    }),
    text: ({ candidates }: GeminiEvent) =>
      candidates?.[0]?.content?.parts?.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
