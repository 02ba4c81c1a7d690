/** What a pasted text is, read here and sent nowhere: a key, whose it may be (likeliest first), and an address. */
export type Detected = { key: string; types: number[]; address: string };
type Known = { id: number; base_url: string };

const OPENAI = 1;
const ZHIPU = 16;
const VERTEX = 42;
const ANY_VERSION = 50;

/** How keys begin, the longer beginnings first, and whose channel they are for. */
export const BEGINNINGS: readonly (readonly [string, number])[] = [
  ['sk-ant-', 14], // https://docs.anthropic.com/en/api/overview
  ['sk-or-', 20], // https://openrouter.ai/docs/api-reference/authentication
  ['sk-proj-', OPENAI],
  ['sk-svcacct-', OPENAI],
  ['AIza', 24], // https://ai.google.dev/gemini-api/docs/api-key
  ['gsk_', 29], // https://console.groq.com/docs/quickstart
  ['xai-', 45], // https://docs.x.ai/docs/tutorial
  ['hf_', 105], // https://huggingface.co/docs/hub/security-tokens
  ['pplx-', 100], // https://docs.perplexity.ai/getting-started/quickstart
  ['r8_', 46], // https://replicate.com/docs/topics/security/api-tokens
  ['nvapi-', 104], // https://docs.nvidia.com/nim
  ['csk-', 102], // https://inference-docs.cerebras.ai/quickstart
  ['fw_', 101], // https://docs.fireworks.ai/getting-started/quickstart
  ['github_pat_', 106], // https://docs.github.com/authentication (token formats)
  ['ghp_', 106],
  ['jina_', 110], // https://jina.ai/reader
  ['pa-', 111], // https://docs.voyageai.com/docs/api-key-and-installation
];

/** Whose a bare `sk-` may be. */
export const MANY_VENDORS = [OPENAI, 36, 25, 17, 44] as const;

/** The names that vendors' own libraries read their key from. */
const VARIABLES: Readonly<Record<string, number>> = {
  OPENAI: OPENAI,
  ANTHROPIC: 14,
  OPENROUTER: 20,
  GEMINI: 24,
  GOOGLE: 24,
  MOONSHOT: 25,
  MISTRAL: 28,
  GROQ: 29,
  COHERE: 35,
  DEEPSEEK: 36,
  DASHSCOPE: 17,
  TOGETHER: 39,
  SILICONFLOW: 44,
  XAI: 45,
  PERPLEXITY: 100,
  FIREWORKS: 101,
  CEREBRAS: 102,
  SAMBANOVA: 103,
  NVIDIA: 104,
};

const WORD = /[A-Za-z0-9_][A-Za-z0-9_.|:-]{15,}/g;
const ADDRESS = /https?:\/\/[^\s"'`\\<>]+/g;
// What stands behind the address of a whole API.
const OPERATION = /\/(chat\/completions|completions|responses|messages|embeddings|models)\b.*$/;

export function detect(pasted: string, providers: readonly Known[]): Detected {
  const account = serviceAccount(pasted);
  if (account) return account;
  const [address = ''] = pasted.match(ADDRESS) ?? [];
  const words = pasted.replaceAll(ADDRESS, ' ').match(WORD) ?? [];
  const key = keyAmong(words.filter((word) => !/^[A-Z_]+$/.test(word)));
  const home = address ? ownerOf(address, providers) : undefined;
  const types = [...new Set([...(home ? [home] : []), ...namedIn(pasted), ...typesOf(key)])];
  if (home || !address) return { key, types, address: '' };
  return { key, ...compatible(address) };
}

/** A service account of Google's cloud is a whole file. */
function serviceAccount(pasted: string): Detected | undefined {
  try {
    const value = JSON.parse(pasted) as { type?: unknown; project_id?: unknown };
    if (value?.type !== 'service_account') return undefined;
    return { key: `us-central1|${value.project_id}|${JSON.stringify(value)}`, types: [VERTEX], address: '' };
  } catch {
    return undefined;
  }
}

function keyAmong(words: string[]): string {
  const known = words.find((word) => word.startsWith('sk-') || BEGINNINGS.some(([begins]) => word.startsWith(begins)));
  return known ?? words.toSorted((one, other) => other.length - one.length)[0] ?? '';
}

function typesOf(key: string): number[] {
  const row = BEGINNINGS.find(([begins]) => key.startsWith(begins));
  if (row) return [row[1]];
  if (key.startsWith('sk-')) return [...MANY_VENDORS];
  return /^[0-9a-f]{32}\.\w{16}$/.test(key) ? [ZHIPU] : [];
}

function namedIn(pasted: string): number[] {
  const names = [...pasted.matchAll(/\b([A-Z]+)_(?:API_)?(?:KEY|TOKEN)\b/g)];
  return names.flatMap(([, name = '']) => VARIABLES[name] ?? []);
}

/** Whose own address it is. */
function ownerOf(address: string, providers: readonly Known[]): number | undefined {
  const host = hostOf(address);
  return host ? providers.find(({ base_url }) => hostOf(base_url) === host)?.id : undefined;
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return '';
  }
}

/** Somebody's own server: at `/v1` it is asked as OpenAI is, elsewhere with the version in its address. */
function compatible(address: string): Pick<Detected, 'types' | 'address'> {
  const whole = address.replace(OPERATION, '').replace(/[/.,;)]+$/, '');
  const plain = whole.replace(/\/v1$/, '');
  return new URL(plain).pathname === '/'
    ? { types: [OPENAI], address: plain }
    : { types: [ANY_VERSION], address: whole };
}
