import { describe, expect, it } from 'vitest';
import { detect } from '@/lib/detect';
import { BEGINNINGS, MANY_VENDORS, VARIABLES } from '@/lib/vendors';

const PROVIDERS = [
  { id: 1, base_url: 'https://api.openai.com', key_format: '' },
  { id: 14, base_url: 'https://api.anthropic.com', key_format: '' },
  { id: 36, base_url: 'https://api.deepseek.com', key_format: '' },
  { id: 15, base_url: 'https://aip.baidubce.com', key_format: 'APIKey|SecretKey' },
  { id: 18, base_url: 'wss://spark-api.xf-yun.com', key_format: 'APPID|APISecret|APIKey' },
  { id: 33, base_url: 'https://bedrock-runtime.{region}.amazonaws.com', key_format: 'AccessKey|SecretKey|Region' },
  { id: 8, base_url: '', key_format: '' },
];
const BODY = '0123456789abcdefghij';
const read = (text: string) => detect(text, PROVIDERS);

describe('the table of beginnings', () => {
  it.each(BEGINNINGS)('$begins is for $type', ({ begins, type }) => {
    expect(read(` ${begins}${BODY}\n`)).toEqual({ key: begins + BODY, types: [type], address: '' });
  });

  it('has a page for every row, and no beginning that an earlier one hides', () => {
    for (const [place, { begins, link }] of BEGINNINGS.entries()) {
      expect(link).toMatch(/^https:\/\/[\w.-]+\.[a-z]+\//);
      expect(BEGINNINGS.slice(0, place).filter((row) => begins.startsWith(row.begins))).toEqual([]);
    }
  });

  it('finds a key in the middle of words, but not the middle of one', () => {
    expect(read(`my key is gsk_${BODY}, keep it`).key).toBe(`gsk_${BODY}`);
    expect(read(`tagsk_${BODY}`).types).toEqual([]);
  });

  it('takes keys in base64 whole', () => {
    const key = 'ABSKQmVkcm9ja0FQSUtleS1hYmM+/x/0123456789==';
    expect(read(`export AWS_BEARER_TOKEN_BEDROCK="${key}"`)).toEqual({ key, types: [113], address: '' });
    const qianfan = 'bce-v3/ALTAK-0123456789/0123456789abcdef';
    expect(read(`Authorization: Bearer ${qianfan}`)).toEqual({ key: qianfan, types: [47], address: '' });
  });
});

describe('a bare sk-', () => {
  it('may be of many vendors, OpenAI first', () => {
    expect(read(`sk-${BODY}`).types).toEqual([...MANY_VENDORS]);
    expect(MANY_VENDORS[0]).toBe(1);
  });

  it('is of OpenAI where its mark stands in it', () => {
    expect(read(`sk-0123456789T3BlbkFJ0123456789`).types).toEqual([1]);
  });
});

describe('a curl command', () => {
  it('to a vendor: its key, and whose host it is comes first', () => {
    const text = `curl https://api.deepseek.com/chat/completions -H "Authorization: Bearer sk-${BODY}" -d '{"model": "deepseek-chat"}'`;
    const { key, types, address } = read(text);
    expect([key, types[0], address]).toEqual([`sk-${BODY}`, 36, '']);
  });

  it('of many lines with a header of another name', () => {
    const text = `curl https://api.anthropic.com/v1/messages \\\n  --header "x-api-key: sk-ant-api03-${BODY}" \\\n  --header "anthropic-version: 2023-06-01" \\\n  --data '{"model": "claude-sonnet-5"}'`;
    expect(read(text)).toEqual({ key: `sk-ant-api03-${BODY}`, types: [14], address: '' });
  });

  it('whose answer another program reads', () => {
    const text = `curl -H 'Authorization: Bearer gsk_${BODY}' https://api.groq.com/openai/v1/models|jq`;
    expect(read(text)).toMatchObject({ key: `gsk_${BODY}` });
  });

  it('to a vendor at a host that the catalogue does not name keeps the address', () => {
    const text = `curl https://api.moonshot.ai/v1/chat/completions -H "Authorization: Bearer sk-${BODY}"`;
    const { types, address } = read(text);
    expect([types[0], address]).toEqual([25, 'https://api.moonshot.ai']);
  });
});

describe('a block of variables', () => {
  it.each(Object.entries(VARIABLES))('%s_API_KEY is of %i', (name, type) => {
    const { key, types } = read(`export ${name}_API_KEY="sk-${BODY}"\nexport EDITOR=vim`);
    expect([key, types[0]]).toEqual([`sk-${BODY}`, type]);
  });

  it('may be of a shell, a file, PowerShell or JSON', () => {
    for (const text of [
      `DEEPSEEK_API_KEY=sk-${BODY}`,
      `set DEEPSEEK_API_KEY=sk-${BODY}`,
      `$env:DEEPSEEK_API_KEY = 'sk-${BODY}'`,
      `{"env": {"DEEPSEEK_API_KEY": "sk-${BODY}"}}`,
    ])
      expect(read(text)).toMatchObject({ key: `sk-${BODY}`, types: expect.arrayContaining([36]) });
  });

  it('with several: the address beside the key is that of the same vendor', () => {
    const text = `ANTHROPIC_BASE_URL=https://other.example\nOPENAI_API_KEY=sk-${BODY}\nOPENAI_BASE_URL=https://llm.example/v1`;
    expect(read(text)).toEqual({ key: `sk-${BODY}`, types: [1], address: 'https://llm.example' });
    const alone = `OPENAI_API_KEY=sk-${BODY}\nANTHROPIC_BASE_URL=https://other.example`;
    expect(read(alone)).toMatchObject({ address: '' });
  });

  it('of Azure: key and endpoint of the resource', () => {
    const text = `AZURE_OPENAI_API_KEY=${BODY}\nAZURE_OPENAI_ENDPOINT=https://mine.openai.azure.com/`;
    expect(read(text)).toEqual({ key: BODY, types: [3], address: 'https://mine.openai.azure.com' });
  });

  it('of AWS: access key, secret and region as one key', () => {
    const text = `[default]\naws_access_key_id = AKIA0123456789\naws_secret_access_key = ab+c/d0123456789\nregion = eu-west-1`;
    expect(read(text)).toEqual({ key: 'AKIA0123456789|ab+c/d0123456789|eu-west-1', types: [33], address: '' });
    expect(read('AWS_ACCESS_KEY_ID=a1 AWS_SECRET_ACCESS_KEY=b2').key).toBe('a1|b2|us-east-1');
  });
});

describe('an address', () => {
  it('of one’s own server: asked as OpenAI at /v1, else with the version in the address', () => {
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

  it('alone leaves the key to be written', () => {
    expect(read('http://localhost:8080/v1')).toEqual({ key: '', types: [1], address: 'http://localhost:8080' });
    expect(read('https://api.anthropic.com/v1/messages')).toEqual({ key: '', types: [14], address: '' });
  });
});

describe('a key in parts', () => {
  it('is a service account: Vertex, in one line', () => {
    const file = { type: 'service_account', project_id: 'p1', private_key: 'x\ny' };
    const { key, types } = read(JSON.stringify(file, null, 2));
    expect([key, types]).toEqual([`us-central1|p1|${JSON.stringify(file)}`, [42]]);
    expect(key).not.toContain('\n');
  });

  it('is id and secret of Zhipu', () => {
    expect(read('0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp').types).toEqual([16]);
  });

  it('is of whose catalogue row has so many parts', () => {
    expect(read('abcdefgh|ijklmnop')).toEqual({ key: 'abcdefgh|ijklmnop', types: [15], address: '' });
    expect(read('app|secret|key').types).toEqual([18, 33]);
    expect(read('AKIA01|se/cr+et|us-west-2').types).toEqual([33, 18]);
  });
});

it('a text without a key is nothing', () => {
  expect(read('hello there')).toEqual({ key: '', types: [], address: '' });
  expect(read('{"type": 7}')).toEqual({ key: '', types: [], address: '' });
});

it('an address may be read letter by letter while it is typed', () => {
  const text = 'OPENAI_API_KEY=sk-proj-0123456789abcdef OPENAI_BASE_URL=http://llm.example:8080/v1';
  for (let length = 1; length <= text.length; length += 1) expect(() => read(text.slice(0, length))).not.toThrow();
  expect(read(text).address).toBe('http://llm.example:8080');
});
