import { describe, expect, it } from 'vitest';
import { asCurl, asJavaScript, asPython } from '@/lib/copies';
import { DIALECTS, type Dialect, type DialectName } from '@/lib/dialects';
import { fits } from '@/lib/pictures';
import { bodyFor } from '@/pages/playground/operations';

const QUESTION = {
  model: 'm',
  system: '',
  most: 9,
  messages: [{ role: 'user' as const, text: 'What is it?', pictures: ['data:image/png;base64,QUJD'] }],
};
const bodyOf = (name: DialectName) => (DIALECTS[name] as Dialect).body(QUESTION);

describe('a question with a picture', () => {
  it('in chat', () => {
    expect(bodyOf('chat').messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ]);
  });

  it('in responses', () => {
    expect(bodyOf('responses').input).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/png;base64,QUJD' },
          { type: 'input_text', text: 'What is it?' },
        ],
      },
    ]);
  });

  it('in messages', () => {
    expect(bodyOf('messages').messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ]);
  });

  it('in Gemini', () => {
    expect(bodyOf('gemini').contents).toEqual([
      { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'QUJD' } }, { text: 'What is it?' }] },
    ]);
  });

  it('fits while a request may be so large', () => {
    expect(fits(['x'.repeat(4_000_000)])).toBe(true);
    expect(fits(['x'.repeat(4_000_000), 'x'])).toBe(false);
  });
});

describe('what was asked, as', () => {
  const sent = {
    address: 'https://relay.example/v1/chat/completions',
    headers: { Authorization: 'Bearer sk-…' },
    body: JSON.stringify({ model: "m'", stream: true, stop: null, messages: [{ n: 1.5, t: 'a "b"\n' }] }, null, 2),
  };

  it('a curl command', () => {
    expect(asCurl(sent)).toBe(
      [
        `curl -N 'https://relay.example/v1/chat/completions' \\`,
        `  -H 'Authorization: Bearer sk-…' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{"model":"m'\\''","stream":true,"stop":null,"messages":[{"n":1.5,"t":"a \\"b\\"\\n"}]}'`,
      ].join('\n'),
    );
  });

  it('Python, with its words for true and nothing', () => {
    expect(asPython(sent)).toContain(
      `    json={"model": "m'", "stream": True, "stop": None, "messages": [{"n": 1.5, "t": "a \\"b\\"\\n"}]},\n`,
    );
  });

  it('JavaScript', () => {
    expect(asJavaScript(sent)).toContain(
      `  headers: {"Authorization":"Bearer sk-…","Content-Type":"application/json"},`,
    );
  });
});

describe('what is asked with a body', () => {
  it('keeps what was written when another model is chosen', () => {
    expect(bodyFor('b', { input: 'Hello' })).toBe('{\n  "model": "b",\n  "input": "Hello"\n}');
    const text = '{ "model" : "a", "input": "its \\"model\\" and mine" ';
    expect(bodyFor('a', {}, { text, model: 'a' })).toBe(text);
    expect(bodyFor('b$1', {}, { text, model: 'a' })).toBe(text.replace('"a"', '"b$1"'));
    expect(bodyFor('b', {}, { text: 'no JSON', model: 'a' })).toBe('no JSON');
  });
});
