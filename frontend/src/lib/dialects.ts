/** What the playground asks in, one row a dialect: where, with which headers, and where the text of an answer stands. */
export type Message = { role: 'user' | 'assistant'; text: string /** As `data:` addresses. */; pictures?: string[] };
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

/** A picture's `data:` address in its parts. */
function partsOf(picture: string): { type: string; data: string } {
  const [, type = 'image/png', data = ''] = /^data:([^;,]+);base64,(.*)$/s.exec(picture) ?? [];
  return { type, data };
}

/** What is said: a plain text, or where there are pictures a list of parts. */
function content({ text, pictures = [] }: Message, said: (text: string) => Json, shown: (picture: string) => Json) {
  return pictures.length ? [...pictures.map(shown), ...(text ? [said(text)] : [])] : text;
}

const openai = (message: Message) =>
  content(
    message,
    (text) => ({ type: 'text', text }),
    (url) => ({ type: 'image_url', image_url: { url } }),
  );
const responses = (message: Message) =>
  content(
    message,
    (text) => ({ type: 'input_text', text }),
    (image_url) => ({ type: 'input_image', image_url }),
  );
const anthropic = (message: Message) =>
  content(
    message,
    (text) => ({ type: 'text', text }),
    (picture) => {
      const { type, data } = partsOf(picture);
      return { type: 'image', source: { type: 'base64', media_type: type, data } };
    },
  );

function geminiParts({ text, pictures = [] }: Message): Json[] {
  const shown = pictures.map(partsOf).map(({ type, data }) => ({ inlineData: { mimeType: type, data } }));
  return text || !shown.length ? [...shown, { text }] : shown;
}

function chatMessages({ system, messages }: Question): Json[] {
  const said = messages.map((message) => ({ role: message.role, content: openai(message) }));
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
      input: q.messages.map((message) => ({ role: message.role, content: responses(message) })),
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
      messages: q.messages.map((message) => ({ role: message.role, content: anthropic(message) })),
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
      contents: q.messages.map((message) => ({
        role: message.role === 'user' ? 'user' : 'model',
        parts: geminiParts(message),
      })),
      generationConfig: { maxOutputTokens: q.most, ...set('temperature', q.temperature) },
      ...set('systemInstruction', q.system ? { parts: [{ text: q.system }] } : undefined),
    }),
    text: ({ candidates }: GeminiEvent) =>
      candidates?.[0]?.content?.parts?.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
