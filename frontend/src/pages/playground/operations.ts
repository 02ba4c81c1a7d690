/** What else the relay does: where, and a body to begin with; one that has none is a form with a file. */
export const OPERATIONS = {
  embeddings: ['/v1/embeddings', { input: 'Hello' }],
  images: ['/v1/images/generations', { prompt: 'A quiet harbour', n: 1, size: '1024x1024' }],
  speech: ['/v1/audio/speech', { input: 'Hello', voice: 'alloy' }],
  transcription: ['/v1/audio/transcriptions', undefined],
  rerank: ['/v1/rerank', { query: 'harbour', documents: ['a boat', 'a hill'] }],
  moderations: ['/v1/moderations', { input: 'Hello' }],
} as const;
export type Operation = keyof typeof OPERATIONS;

export const isOperation = (name: string): name is Operation => name in OPERATIONS;

const MODEL = /("model"\s*:\s*)"(?:[^"\\]|\\.)*"/;

/** What is sent: as somebody wrote it, with the model that was chosen since; else something to begin with. */
export function bodyFor(
  model: string,
  template: object | undefined,
  written?: { text: string; model: string },
): string {
  if (!written?.text) return JSON.stringify({ model, ...template }, null, 2);
  if (written.model === model) return written.text;
  return written.text.replace(MODEL, (_, name: string) => name + JSON.stringify(model));
}
