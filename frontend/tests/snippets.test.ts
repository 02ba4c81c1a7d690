import { describe, expect, it } from 'vitest';
import type { Snippet } from '@/lib/snippet';
import { quoted } from '@/lib/snippet';
import { chatModel, curl, snippetsFor, usual } from '@/lib/snippets';

/** The files in `snippets/` hold these letter by letter; `tests/clients` gives them to the programs that read them. */
const ASK = { base: 'https://relay.example', key: 'sk-0123456789', model: 'a-model', name: 'My "gateway"' };

const FILES: Record<string, string[]> = {
  curl: ['curl.sh'],
  Python: ['openai.py'],
  JavaScript: ['openai.mjs'],
  'Anthropic SDK': ['anthropic.py'],
  'Google GenAI SDK': ['google.py'],
  'Claude Code': ['claude-code.sh', 'claude-code.settings.json'],
  Codex: ['codex.config.toml', 'codex.sh'],
  'Gemini CLI': ['gemini-cli.sh'],
  'Open WebUI': ['open-webui.fields', 'open-webui.env'],
  Cursor: ['cursor.fields'],
  Cline: ['cline.fields'],
  Continue: ['continue.yaml'],
  'OpenAI compatible': ['compatible.fields'],
};

const written = ({ parts }: Snippet): string[] =>
  parts.map(({ code, fields }) => `${code ?? fields?.map((field) => field.join(': ')).join('\n')}\n`);

describe('what programs are told', () => {
  it('is kept for every program', () => {
    expect(usual(ASK).map(({ name }) => name)).toEqual(Object.keys(FILES));
  });

  it.each(usual(ASK))('$name: letter by letter', async (snippet) => {
    const files = FILES[snippet.name] ?? [];
    const texts = written(snippet);
    expect(texts).toHaveLength(files.length);
    for (const [index, file] of files.entries()) {
      await expect(texts[index]).toMatchFileSnapshot(`snippets/${file}.txt`);
    }
  });

  it('means nothing to a shell but itself', () => {
    expect(quoted("it's $HOME")).toBe(`'it'\\''s $HOME'`);
    expect(curl({ ...ASK, model: "o'model" })).toContain(`{"model":"o'\\''model",`);
  });
});

describe('what a model is asked', () => {
  it('in the dialects that it can be asked in', () => {
    const names = snippetsFor({ abilities: ['chat'], dialects: ['openai', 'gemini'] }, ASK).map(({ name }) => name);
    expect(names).toEqual([...Object.keys(FILES), 'Gemini (curl)']);
  });

  it('that does not chat with a body of its kind', () => {
    const [snippet] = snippetsFor({ abilities: ['embeddings'], dialects: ['openai'] }, ASK);
    expect(snippet?.parts[0]?.code).toContain("'https://relay.example/v1/embeddings'");
    expect(snippetsFor({ abilities: ['transcription'], dialects: [] }, ASK)).toEqual([]);
  });

  it('first is one that answers in words', () => {
    expect(chatModel(['dall-e-3', 'text-embedding-3-small', 'gpt-5'])).toBe('gpt-5');
    expect(chatModel(['dall-e-3'])).toBe('dall-e-3');
    expect(chatModel([])).toBe('gpt-4o-mini');
  });
});
