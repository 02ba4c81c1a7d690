import { describe, expect, it } from 'vitest';
import { ama, ccSwitch, cherryStudio, deepLinks, lobeChat, nextChat, openCat, own } from '@/lib/deeplinks';

const ASK = {
  base: 'https://relay.example:8443',
  key: 'sk-0123456789',
  model: 'claude 5+',
  name: '一个 API (x)',
  home: 'https://site.example',
};

/** As each program reads its links. */
const readers = {
  cherry(link: string) {
    const search = new URL(link).search.replaceAll('+', '_').replaceAll('/', '-');
    const data = new URLSearchParams(search).get('data')?.replaceAll('_', '+').replaceAll('-', '/') ?? '';
    const read = Buffer.from(data, 'base64').toString('utf-8');
    return JSON.parse(read.replaceAll("'", '"').replaceAll('(', '').replaceAll(')', ''));
  },
  query: (link: string) => Object.fromEntries(new URL(link).searchParams),
  fragment: (link: string) => new URLSearchParams(new URL(link).hash.split('?')[1]),
};

describe('links that take a key to a program', () => {
  it('Cherry Studio', () => {
    const link = cherryStudio(ASK);
    expect(link).toBe(
      'cherrystudio://providers/api-keys?v=1&data=eyJpZCI6InJlbGF5LWV4YW1wbGUtODQ0MyIsIm5hbWUiOiLkuIDkuKogQVBJIHgiLCJ0eXBlIjoib3BlbmFpIiwiYmFzZVVybCI6Imh0dHBzOi8vcmVsYXkuZXhhbXBsZTo4NDQzIiwiYXBpS2V5Ijoic2stMDEyMzQ1Njc4OSJ9',
    );
    expect(readers.cherry(link)).toEqual({
      id: 'relay-example-8443',
      name: '一个 API x',
      type: 'openai',
      baseUrl: ASK.base,
      apiKey: ASK.key,
    });
  });

  it('Cherry Studio, where base64 has a plus and a slash', () => {
    const link = cherryStudio({ ...ASK, name: '??>>~~' });
    expect(link).toMatch(/%2[BF]/);
    expect(readers.cherry(link)).toMatchObject({ name: '??>>~~' });
  });

  it('CC Switch', () => {
    const link = ccSwitch(ASK, 'claude');
    expect(link).toBe(
      'ccswitch://v1/import?resource=provider&app=claude&name=%E4%B8%80%E4%B8%AA%20API%20(x)&endpoint=https%3A%2F%2Frelay.example%3A8443&apiKey=sk-0123456789&model=claude%205%2B&homepage=https%3A%2F%2Fsite.example',
    );
    expect(readers.query(link)).toEqual({
      resource: 'provider',
      app: 'claude',
      name: ASK.name,
      endpoint: ASK.base,
      apiKey: ASK.key,
      model: ASK.model,
      homepage: ASK.home,
    });
    expect(readers.query(ccSwitch(ASK, 'codex'))).toMatchObject({ app: 'codex', endpoint: `${ASK.base}/v1` });
  });

  it('NextChat, behind the #', () => {
    const link = nextChat(ASK);
    expect(link).toBe(
      'https://app.nextchat.dev/#/?settings=%7B%22key%22%3A%22sk-0123456789%22%2C%22url%22%3A%22https%3A%2F%2Frelay.example%3A8443%22%7D',
    );
    expect(JSON.parse(readers.fragment(link).get('settings') ?? '')).toEqual({ key: ASK.key, url: ASK.base });
  });

  it('LobeChat, in the query', () => {
    const link = lobeChat(ASK);
    expect(link).toBe(
      'https://chat-preview.lobehub.com/?settings=%7B%22keyVaults%22%3A%7B%22openai%22%3A%7B%22apiKey%22%3A%22sk-0123456789%22%2C%22baseURL%22%3A%22https%3A%2F%2Frelay.example%3A8443%2Fv1%22%7D%7D%7D',
    );
    expect(JSON.parse(readers.query(link).settings ?? '')).toEqual({
      keyVaults: { openai: { apiKey: ASK.key, baseURL: `${ASK.base}/v1` } },
    });
  });

  it('OpenCat and AMA', () => {
    expect(openCat(ASK)).toBe('opencat://team/join?domain=https%3A%2F%2Frelay.example%3A8443&token=sk-0123456789');
    expect(ama(ASK)).toBe('ama://set-api-key?server=https%3A%2F%2Frelay.example%3A8443&key=sk-0123456789');
  });
});

describe("the operator's own", () => {
  it('is filled in, and says where the key goes', () => {
    expect(own({ ...ASK, chat: 'https://chat.example/?k={key}&u={address}' })).toEqual({
      name: 'chat.example',
      link: 'https://chat.example/?k=sk-0123456789&u=https%3A%2F%2Frelay.example%3A8443',
      reaches: 'chat.example',
    });
    expect(own({ ...ASK, chat: 'https://chat.example/#/?k={key}' })).not.toHaveProperty('reaches');
    expect(own({ ...ASK, chat: 'app://open?k={key}' })).toEqual({ name: 'open', link: 'app://open?k=sk-0123456789' });
  });

  it('without a place for the key is a NextChat, as with one-api', () => {
    expect(own({ ...ASK, chat: 'https://chat.example/' })?.link).toBe(nextChat(ASK, 'https://chat.example'));
  });

  it('is none where nothing or no address is set', () => {
    for (const chat of ['', 'chat.example', 'javascript:alert(1)']) expect(own({ ...ASK, chat })).toBeUndefined();
    expect(deepLinks(ASK)[0]?.name).toBe('Cherry Studio');
  });
});

it('only what stands in the query of a site reaches its server', () => {
  const reaching = deepLinks(ASK).filter(({ reaches }) => reaches);
  expect(reaching.map(({ name }) => name)).toEqual(['LobeChat']);
});
