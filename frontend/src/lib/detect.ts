import { BEGINNINGS, MANY_VENDORS, OPENAI_MARK, OTHER_HOSTS, VARIABLES } from './vendors';

/** What a pasted text is, read here and sent nowhere: a key, whose it may be (likeliest first), and an address. */
export type Detected = { key: string; types: number[]; address: string };
type Known = { id: number; base_url: string; key_format?: string };
type Variable = { prefix: string; kind: 'key' | 'address'; value: string };

const OPENAI = 1;
const ZHIPU = 16;
const BEDROCK = 33;
const VERTEX = 42;
const ANY_VERSION = 50;

const WORD = /[\w][\w.:-]{15,}/g;
const PARTS = /[^\s"'`,;=|]+(?:\|[^\s"'`,;|]+){1,2}/;
const ADDRESS = /https?:\/\/[^\s"'`\\<>|]+/g;
// NAME=value, export NAME="value", "NAME": "value", $env:NAME = 'value'
const ASSIGNED = /\b([A-Z][A-Z0-9_]*)["']?\s*[:=]\s*["']?([^\s"',;]+)/g;
const NAMES_KEY = /^(.+?)_(?:API_KEY|API_TOKEN|AUTH_TOKEN|ACCESS_TOKEN|KEY|TOKEN)$/;
const NAMES_ADDRESS = /^(.+?)_(?:API_BASE_URL|API_BASE|API_HOST|BASE_URL|ENDPOINT|HOST)$/;
// What stands behind the address of a whole API.
const OPERATION = /\/(chat\/completions|completions|responses|messages|embeddings|models)\b.*$/;

export function detect(pasted: string, providers: readonly Known[]): Detected {
  const whole = serviceAccount(pasted) ?? awsAccount(pasted) ?? inParts(pasted, providers);
  if (whole) return whole;
  const variables = variablesIn(pasted);
  const key = keyIn(pasted, variables);
  const named = variables.find(({ kind, value }) => kind === 'key' && value === key)?.prefix ?? '';
  const address = addressIn(pasted, variables, named);
  const types = [VARIABLES[named] ?? [], typesOf(key)].flat();
  if (!address) return { key, types: [...new Set(types)], address };
  const owner = ownerOf(address, providers);
  if (owner) return { key, types: [...new Set([owner.type, ...types])], address: owner.address };
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

/** An access key of AWS, as its tools write it: two lines, or three with the region. */
function awsAccount(pasted: string): Detected | undefined {
  const value = (name: string) => new RegExp(`${name}["']?\\s*[:=]\\s*["']?([^\\s"',;]+)`, 'i').exec(pasted)?.[1];
  const [id, secret] = [value('aws_access_key_id'), value('aws_secret_access_key')];
  if (!id || !secret) return undefined;
  const region = value('aws_region') ?? value('aws_default_region') ?? value('region') ?? 'us-east-1';
  return { key: `${id}|${secret}|${region}`, types: [BEDROCK], address: '' };
}

/** `a|b|c`: whoever's key has so many parts. */
function inParts(pasted: string, providers: readonly Known[]): Detected | undefined {
  const [key] = PARTS.exec(pasted.replaceAll(ADDRESS, ' ')) ?? [];
  if (!key) return undefined;
  const count = key.split('|').length;
  const types = providers.filter(({ key_format = '' }) => key_format.split('|').length === count).map(({ id }) => id);
  return { key, types: /^AK|^ASIA/.test(key) ? first(BEDROCK, types) : types, address: '' };
}

const first = (type: number, types: number[]): number[] => [type, ...types.filter((other) => other !== type)];

function variablesIn(pasted: string): Variable[] {
  return [...pasted.matchAll(ASSIGNED)].flatMap(([, name = '', value = '']): Variable[] => {
    const address = NAMES_ADDRESS.exec(name)?.[1];
    if (address && value.startsWith('http')) return [{ prefix: address, kind: 'address', value }];
    const key = NAMES_KEY.exec(name)?.[1];
    return key ? [{ prefix: key, kind: 'key', value }] : [];
  });
}

/** A known beginning anywhere, then what a variable holds that is called a key, then the longest word. */
function keyIn(pasted: string, variables: Variable[]): string {
  const text = pasted.replaceAll(ADDRESS, ' ');
  const known = BEGINNINGS.map((row) => withBeginning(text, row.begins, row.rest)).find(Boolean);
  if (known) return known;
  const bare = withBeginning(text, 'sk-');
  const named = variables.find(({ kind, prefix }) => kind === 'key' && VARIABLES[prefix]) ?? variables.find(isKey);
  const words = (text.match(WORD) ?? []).filter((word) => !/^[A-Z_]+$/.test(word));
  return bare || named?.value || (words.toSorted((one, other) => other.length - one.length)[0] ?? '');
}

const isKey = ({ kind }: Variable): boolean => kind === 'key';

function withBeginning(text: string, begins: string, rest = /^[\w.-]*/): string {
  const at = text.search(new RegExp(`(?<![\\w.-])${begins.replaceAll('.', '\\.')}`));
  if (at < 0) return '';
  const key = begins + (rest.exec(text.slice(at + begins.length))?.[0] ?? '');
  return key.length >= 16 ? key : '';
}

function typesOf(key: string): number[] {
  const row = BEGINNINGS.find(({ begins }) => key.startsWith(begins));
  if (row) return [row.type];
  if (key.startsWith('sk-')) return key.includes(OPENAI_MARK) ? [OPENAI] : [...MANY_VENDORS];
  return /^[0-9a-f]{32}\.\w{16}$/.test(key) ? [ZHIPU] : [];
}

/** The address that a variable of the same vendor holds, or the first of the text. */
function addressIn(pasted: string, variables: Variable[], prefix: string): string {
  const addresses = variables.filter(({ kind }) => kind === 'address');
  const own = addresses.find((variable) => variable.prefix === prefix);
  if (own) return own.value;
  return addresses.length && prefix ? '' : (pasted.match(ADDRESS)?.[0] ?? '');
}

/** Whose own address it is; one that the catalogue does not name stays with the channel. */
function ownerOf(address: string, providers: readonly Known[]): { type: number; address: string } | undefined {
  const host = hostOf(address);
  const usual = host && providers.find(({ base_url }) => hostOf(base_url) === host)?.id;
  if (usual) return { type: usual, address: '' };
  const other = OTHER_HOSTS.find(([pattern]) => pattern.test(host))?.[1];
  return other ? { type: other, address: new URL(address).origin } : undefined;
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
  if (!hostOf(plain)) return { types: [], address: '' }; // it is still being typed
  return new URL(plain).pathname === '/'
    ? { types: [OPENAI], address: plain }
    : { types: [ANY_VERSION], address: whole };
}
