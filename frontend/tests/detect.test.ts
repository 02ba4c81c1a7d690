import { describe, expect, it } from 'vitest';
import { BEGINNINGS, detect, MANY_VENDORS } from '@/lib/detect';

const PROVIDERS = [
  { id: 1, base_url: 'https://api.openai.com' },
  { id: 14, base_url: 'https://api.anthropic.com' },
  { id: 36, base_url: 'https://api.deepseek.com' },
  { id: 33, base_url: 'https://bedrock-runtime.{region}.amazonaws.com' },
  { id: 8, base_url: '' },
];
const BODY = '0123456789abcdefghij';
const read = (text: string) => detect(text, PROVIDERS);

describe('a pasted text', () => {
  it.each(BEGINNINGS.map(([begins, type]) => ({ begins, type })))('$begins is for $type', ({ begins, type }) => {
    expect(read(` ${begins}${BODY}\n`)).toEqual({ key: begins + BODY, types: [type], address: '' });
  });

  it('with a bare sk- may be of many vendors, OpenAI first', () => {
    expect(read(`sk-${BODY}`).types).toEqual([...MANY_VENDORS]);
  });

  it('is a curl command to a vendor: its key and whose host it is', () => {
    const text = `curl https://api.deepseek.com/chat/completions -H "Authorization: Bearer sk-${BODY}" -d '{"model": "deepseek-chat"}'`;
    const { key, types, address } = read(text);
    expect([key, types[0], address]).toEqual([`sk-${BODY}`, 36, '']);
  });

  it('is a block of variables: the name says whose key it is', () => {
    const { key, types } = read(`export DEEPSEEK_API_KEY="sk-${BODY}"\nexport EDITOR=vim`);
    expect([key, types[0]]).toEqual([`sk-${BODY}`, 36]);
  });

  it('names a server of one’s own: asked as OpenAI at /v1, else with the version in the address', () => {
    expect(read(`http://10.0.0.7:8000/v1/chat/completions sk-${BODY}`)).toEqual({
      key: `sk-${BODY}`,
      types: [1],
      address: 'http://10.0.0.7:8000',
    });
    expect(read(`OPENAI_BASE_URL=https://llm.example/api/v3/\nOPENAI_API_KEY=${BODY}`)).toEqual({
      key: BODY,
      types: [50],
      address: 'https://llm.example/api/v3',
    });
  });

  it('is a service account: Vertex, in one line', () => {
    const file = { type: 'service_account', project_id: 'p1', private_key: 'x\ny' };
    const { key, types } = read(JSON.stringify(file, null, 2));
    expect([key, types]).toEqual([`us-central1|p1|${JSON.stringify(file)}`, [42]]);
    expect(key).not.toContain('\n');
  });

  it('is a key in two parts', () => {
    expect(read('0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp').types).toEqual([16]);
  });

  it('is nothing known', () => {
    expect(read('hello there')).toEqual({ key: '', types: [], address: '' });
    expect(read('{"type": 7}')).toEqual({ key: '', types: [], address: '' });
  });
});
