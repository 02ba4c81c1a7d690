/** A number of a JSON text as it was written: reading it as a JavaScript number would lose digits. */
export class Numeral {
  constructor(readonly text: string) {}
}

export type ExactJson = null | boolean | string | Numeral | ExactJson[] | ExactObject;
/** Members in their order; unlike an object's, names of digits do not come first. */
export type ExactObject = Map<string, ExactJson>;

const TOKEN = /\s*(?:([[\]{}:,])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;
const WORDS: Record<string, null | boolean> = { true: true, false: false, null: null };

/** Reads JSON with every number as it stands there; throws a `SyntaxError` where `JSON.parse` does. */
export function readJson(text: string): ExactJson {
  JSON.parse(text); // says what is wrong, and where
  const tokens = tokensOf(text);
  return valueFrom(tokens, tokens.next().value ?? '');
}

function* tokensOf(text: string): Generator<string, undefined> {
  TOKEN.lastIndex = 0;
  let at = 0;
  while (true) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    at = TOKEN.lastIndex;
    yield found[0].trimStart();
  }
}

type Tokens = Generator<string, undefined>;
const next = (tokens: Tokens): string => tokens.next().value ?? '';

function valueFrom(tokens: Tokens, token: string): ExactJson {
  if (token === '{') return objectFrom(tokens);
  if (token === '[') return listFrom(tokens);
  if (token.startsWith('"')) return JSON.parse(token) as string;
  return token in WORDS ? (WORDS[token] as null | boolean) : new Numeral(token);
}

function objectFrom(tokens: Tokens): ExactObject {
  const members: ExactObject = new Map();
  for (let token = next(tokens); token !== '}'; token = next(tokens)) {
    if (token === ',') continue;
    next(tokens); // the colon
    members.set(JSON.parse(token) as string, valueFrom(tokens, next(tokens)));
  }
  return members;
}

function listFrom(tokens: Tokens): ExactJson[] {
  const values: ExactJson[] = [];
  for (let token = next(tokens); token !== ']'; token = next(tokens)) {
    if (token !== ',') values.push(valueFrom(tokens, token));
  }
  return values;
}

/** The JSON of a value; members of the outermost object stand on lines of their own. */
export function writeJson(value: ExactJson, outermost = true): string {
  if (value instanceof Numeral) return value.text;
  if (Array.isArray(value)) return `[${value.map((one) => writeJson(one, false)).join(', ')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  const members = [...value].map(([name, member]) => `${JSON.stringify(name)}: ${writeJson(member, false)}`);
  if (!outermost || members.length === 0) return `{${members.join(', ')}}`;
  return `{\n  ${members.join(',\n  ')}\n}`;
}
