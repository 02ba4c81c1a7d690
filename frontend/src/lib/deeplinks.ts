import type { Ask } from './snippet';

/** What a link needs: `home` is this site, `chat` the operator's own chat site. */
export type Linked = Ask & { home: string; chat?: string };

/** `reaches`: the host whose server gets the key with the address; absent where it stays on this device. */
export type DeepLink = { name: string; link: string; reaches?: string };

const NEXTCHAT = 'https://app.nextchat.dev';
const LOBECHAT = 'https://chat-preview.lobehub.com';

const percent = encodeURIComponent;

/** In base64 by its usual letters: Cherry Studio swaps the others back the wrong way round. */
function base64(value: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(value)));
}

function called({ name = 'One API' }: Ask): string {
  return name.replace(/['"()]/g, ''); // its reader turns quotes over and drops brackets
}

/** Reader: src/main/services/urlschema/handle-providers.ts of CherryHQ/cherry-studio. */
export function cherryStudio(ask: Linked): string {
  const id = new URL(ask.base).host.replace(/[^a-z0-9]+/g, '-');
  const provider = { id, name: called(ask), type: 'openai', baseUrl: ask.base, apiKey: ask.key };
  return `cherrystudio://providers/api-keys?v=1&data=${percent(base64(JSON.stringify(provider)))}`;
}

/** Reader: src-tauri/src/deeplink of farion1231/cc-switch. Codex asks beneath the version, Claude Code does not. */
export function ccSwitch(ask: Linked, app: 'claude' | 'codex'): string {
  const endpoint = app === 'codex' ? `${ask.base}/v1` : ask.base;
  const fields = { app, name: ask.name ?? 'One API', endpoint, apiKey: ask.key, model: ask.model, homepage: ask.home };
  const query = Object.entries(fields).map(([name, value]) => `${name}=${percent(value)}`);
  return `ccswitch://v1/import?resource=provider&${query.join('&')}`;
}

/** Reader: `settings` of useCommand in ChatGPTNextWeb/NextChat; behind the `#`, so its server does not see it. */
export function nextChat({ base, key }: Linked, site = NEXTCHAT): string {
  return `${site.replace(/\/+$/, '')}/#/?settings=${percent(JSON.stringify({ key, url: base }))}`;
}

/** Reader: ImportSettings.tsx of lobehub/lobe-chat. */
export function lobeChat({ base, key }: Linked): string {
  const settings = { keyVaults: { openai: { apiKey: key, baseURL: `${base}/v1` } } };
  return `${LOBECHAT}/?settings=${percent(JSON.stringify(settings))}`;
}

/** As one-api makes them. */
export const openCat = ({ base, key }: Linked): string =>
  `opencat://team/join?domain=${percent(base)}&token=${percent(key)}`;
export const ama = ({ base, key }: Linked): string => `ama://set-api-key?server=${percent(base)}&key=${percent(key)}`;

/** The operator's `chat_link`: as new-api's with `{key}` and `{address}`, else a NextChat, as one-api's is. */
export function own(ask: Linked): DeepLink | undefined {
  const chat = ask.chat ?? '';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(chat)) return undefined;
  const filled = /\{(key|address)\}/.test(chat);
  const link = filled
    ? chat.replaceAll('{key}', percent(ask.key)).replaceAll('{address}', percent(ask.base))
    : nextChat(ask, chat);
  const { host } = new URL(link);
  const seen = filled && /^https?:/i.test(chat) && (chat.split('#')[0] ?? '').includes('{key}');
  return { name: host, link, ...(seen && { reaches: host }) };
}

/** Every program that takes the key by a link; the operator's own first. */
export function deepLinks(ask: Linked): DeepLink[] {
  const mine = own(ask);
  return [
    ...(mine ? [mine] : []),
    { name: 'Cherry Studio', link: cherryStudio(ask) },
    { name: 'CC Switch: Claude Code', link: ccSwitch(ask, 'claude') },
    { name: 'CC Switch: Codex', link: ccSwitch(ask, 'codex') },
    { name: 'NextChat', link: nextChat(ask) },
    { name: 'OpenCat', link: openCat(ask) },
    { name: 'AMA', link: ama(ask) },
    { name: 'LobeChat', link: lobeChat(ask), reaches: new URL(LOBECHAT).host },
  ];
}
