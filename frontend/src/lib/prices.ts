import { ceil, divided, type Exact, parsed, plus, same, times, written } from './exact';
import { type ExactJson, type ExactObject, Numeral, readJson, writeJson } from './exactJson';

/** The options that a table of prices is made of, as texts. */
export const PRICE_OPTIONS = ['ModelRatio', 'CompletionRatio', 'ModelPrice'] as const;
export type PriceOption = (typeof PRICE_OPTIONS)[number];
export type PriceTexts = Record<PriceOption, string>;
type Tables = Record<PriceOption, ExactObject>;

/** What a model costs as the built-in tables have it: exact texts in quota a token, empty where there is none. */
export type Builtin = { name: string; ratio: string; completion: string; cached: string; request: string };

/** What is set of a model's prices, in quota for a token or a request; what is not set is absent. */
export type OwnPrice = {
  name: string;
  input?: Exact;
  output?: Exact;
  /** How many times the input a token of output costs. */
  completion?: Exact;
  cached?: Exact;
  request?: Exact;
  /** Fields of `ModelPrice` that the table has no column for. */
  more: string[];
};

const COLUMNS = ['input', 'output', 'cached', 'request'] as const;
type Column = (typeof COLUMNS)[number];

/** The tables of the options; an `Error` says which of them is none. */
export function tablesOf(texts: PriceTexts): Tables {
  const read = (option: PriceOption): ExactObject => {
    const value = readJson(texts[option].trim() || '{}');
    if (!(value instanceof Map)) throw new Error(`${option}: {}`);
    return value;
  };
  return { ModelRatio: read('ModelRatio'), CompletionRatio: read('CompletionRatio'), ModelPrice: read('ModelPrice') };
}

export function textsOf(tables: Tables): PriceTexts {
  const { ModelRatio, CompletionRatio, ModelPrice } = tables;
  return {
    ModelRatio: writeJson(ModelRatio),
    CompletionRatio: writeJson(CompletionRatio),
    ModelPrice: writeJson(ModelPrice),
  };
}

/** Every model of which something is set, by name. */
export function ownPrices(tables: Tables): OwnPrice[] {
  const names = new Set(PRICE_OPTIONS.flatMap((option) => [...tables[option].keys()]));
  return [...names].sort((a, b) => a.localeCompare(b)).map((name) => ownPrice(tables, name));
}

export function ownPrice(tables: Tables, name: string): OwnPrice {
  const entry = entryOf(tables, name);
  const columns = COLUMNS.flatMap((column) => {
    const value =
      numberIn(entry.get(column)) ?? (column === 'input' ? numberIn(tables.ModelRatio.get(name)) : undefined);
    return value ? [[column, value] as const] : [];
  });
  const completion = numberIn(tables.CompletionRatio.get(name));
  const more = [...entry.keys()].filter((field) => !COLUMNS.includes(field as Column));
  return { name, ...Object.fromEntries(columns), ...(completion && { completion }), more };
}

function entryOf(tables: Tables, name: string): ExactObject {
  const entry = tables.ModelPrice.get(name);
  return entry instanceof Map ? entry : new Map();
}

function numberIn(value: ExactJson | undefined): Exact | undefined {
  if (value instanceof Numeral) return parsed(value.text);
  return typeof value === 'string' ? parsed(value) : undefined;
}

/** A decimal is a number of JSON, a fraction a text. */
function numeral(value: Exact): ExactJson {
  const text = written(value);
  return text.includes('/') ? text : new Numeral(text);
}

/** What one asks a model's prices to be; absent: the built-in ones. */
export type WantedPrice = Partial<Record<Column, Exact>>;

/**
 * The tables with another price of one model. Input and output are ratios, which the built-in prices of cached tokens,
 * sound and longer prompts follow; they stand in `ModelPrice` where they do already, or where no ratio says the same.
 * What keeps its value keeps its text.
 */
export function withPrice(tables: Tables, name: string, wanted: WantedPrice): Tables {
  const before = entryOf(tables, name);
  const { input, output } = wanted;
  const stays = before.has('input') || before.has('output');
  const inEntry = stays || Boolean(output && !(input && input.over > 0n));
  const entry: ExactObject = new Map(before);
  for (const column of COLUMNS) {
    const plain = column === 'input' || column === 'output';
    put(entry, column, plain && !inEntry ? undefined : wanted[column]);
  }
  const ModelPrice = changed(tables.ModelPrice, name, entry.size ? entry : undefined);
  if (stays) return { ...tables, ModelPrice };
  const ratio = inEntry ? undefined : input;
  const completion = inEntry || !input || !output ? undefined : divided(output, input);
  return {
    ModelRatio: changed(tables.ModelRatio, name, ratio && numeral(ratio)),
    CompletionRatio: changed(tables.CompletionRatio, name, completion && numeral(completion)),
    ModelPrice,
  };
}

/** The tables without anything of a model's own. */
export function withoutPrice(tables: Tables, name: string): Tables {
  return {
    ModelRatio: changed(tables.ModelRatio, name, undefined),
    CompletionRatio: changed(tables.CompletionRatio, name, undefined),
    ModelPrice: changed(tables.ModelPrice, name, undefined),
  };
}

function changed(table: ExactObject, name: string, value: ExactJson | undefined): ExactObject {
  const copy: ExactObject = new Map(table);
  if (value instanceof Map || value === undefined) value ? copy.set(name, value) : copy.delete(name);
  else put(copy, name, numberIn(value));
  return copy;
}

function put(table: ExactObject, name: string, value: Exact | undefined): void {
  const before = numberIn(table.get(name));
  if (!value) table.delete(name);
  else if (!before || !same(before, value)) table.set(name, numeral(value));
}

/** What a token costs after all: what is set, else the built-in price. */
export function effective(own: OwnPrice | undefined, builtin: Builtin | undefined): WantedPrice {
  const of = (text: string | undefined): Exact | undefined => (text ? parsed(text) : undefined);
  const input = own?.input ?? of(builtin?.ratio);
  const factor = own?.completion ?? of(builtin?.completion);
  const output = own?.output ?? (input && factor && times(input, factor));
  const request = own?.request ?? of(builtin?.request);
  return { ...(input && { input }), ...(output && { output }), ...(request && { request }) };
}

/** What some tokens cost, rounded up once; nothing where that is not known. A price a request alone is all there is. */
export function costsOf(own: OwnPrice | undefined, builtin: Builtin | undefined, tokens: [number, number]) {
  const flat = own?.request && !own.input && !own.output && !own.cached && own.more.length === 0;
  const { input, output, request } = flat ? { request: own.request } : effective(own, builtin);
  if (!flat && !(input && output)) return undefined;
  const [into, out] = tokens.map((count): Exact => ({ over: BigInt(count), under: 1n })) as [Exact, Exact];
  const nothing: Exact = { over: 0n, under: 1n };
  const read = input ? times(into, input) : nothing;
  const answered = output ? times(out, output) : nothing;
  return ceil(plus(plus(read, answered), request ?? nothing));
}

/** Quota for a token as dollars for a million of them. */
export function perMillion(ratio: Exact, perUnit: string | number): Exact {
  return divided(times(ratio, { over: 1_000_000n, under: 1n }), unit(perUnit));
}

/** And back. */
export function ratioOf(dollars: Exact, perUnit: string | number): Exact {
  return divided(times(dollars, unit(perUnit)), { over: 1_000_000n, under: 1n });
}

/** Quota for a piece as dollars, and back. */
export const inDollars = (quota: Exact, perUnit: string | number): Exact => divided(quota, unit(perUnit));
export const inQuota = (dollars: Exact, perUnit: string | number): Exact => times(dollars, unit(perUnit));

function unit(perUnit: string | number): Exact {
  const found = parsed(String(perUnit));
  return found && found.over > 0n ? found : { over: 500_000n, under: 1n };
}

/** A name with a number of an option, as it was typed; `raw` as long as that is what was read. */
export type NamedNumber = { id: number; name: string; typed: string; raw: ExactJson | undefined };

/** The numbers of an option such as `{"vip": 0.8}`; an `Error` says why it has none. */
export function numbersIn(text: string): NamedNumber[] {
  const found = readJson(text.trim() || '{}');
  if (!(found instanceof Map)) throw new Error('{"name": 1}');
  return [...found].map(([name, raw], id) => {
    const number = numberIn(raw);
    if (!number) throw new Error(`${name}: ${writeJson(raw, false)}`);
    return { id, name, typed: written(number), raw };
  });
}

/** And back; what cannot be read stays as it was typed, for the server to refuse. */
export function numbersText(numbers: NamedNumber[]): string {
  const entries = numbers.map(({ name, typed, raw }): [string, ExactJson] => {
    const number = parsed(typed);
    const before = numberIn(raw);
    if (raw !== undefined && number && before && same(number, before)) return [name.trim(), raw];
    return [name.trim(), number ? numeral(number) : typed];
  });
  return writeJson(new Map(entries));
}
