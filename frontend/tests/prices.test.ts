import { describe, expect, it } from 'vitest';
import { type Exact, parsed, same, written } from '@/lib/exact';
import { readJson, writeJson } from '@/lib/exactJson';
import {
  costsOf,
  effective,
  ownPrice,
  ownPrices,
  type PriceTexts,
  perMillion,
  ratioOf,
  tablesOf,
  textsOf,
  withoutPrice,
  withPrice,
} from '@/lib/prices';

/** The same numbers each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function draws(seed: number) {
  let state = seed;
  return (most: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
}

const ODD = [
  '0.1',
  '1.50',
  '1e-7',
  '2.5E+2',
  '0.30000000000000004',
  '123456789.123456789123456789',
  '-1',
  '0',
  '"4/3"',
];
const MORE = ['"1.10"', '"10/7"', '1e-30', '7', '99999999999999999999', '0.0000000000000000001'];

function oddNumber(draw: (most: number) => number): string {
  const kind = draw(4);
  if (kind === 0) return [...ODD, ...MORE][draw(ODD.length + MORE.length)] ?? '1';
  if (kind === 1) return `${draw(1000)}.${draw(1_000_000_000)}`;
  if (kind === 2) return `"${draw(999)}/${1 + draw(99)}"`;
  return `${draw(9)}.${draw(99)}e-${draw(12)}`;
}

function oddTexts(seed: number): PriceTexts {
  const draw = draws(seed);
  const names = ['gpt-4o', '7', 'llama(33)', 'a "quoted" name', '模型', '__proto__'].filter(() => draw(4) > 0);
  const table = (member: () => string): string =>
    `{${names.flatMap((name) => (draw(3) ? [`${JSON.stringify(name)}:${member()}`] : [])).join(' ,')}}`;
  const entry = (): string =>
    `{"input": ${oddNumber(draw)}, "tiers": [{"above": 200000, "input": ${oddNumber(draw)}}], "request": 2500}`;
  return {
    ModelRatio: table(() => oddNumber(draw)),
    CompletionRatio: table(() => oddNumber(draw)),
    ModelPrice: table(entry),
  };
}

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed + 1);

describe('a table of prices', () => {
  it('is the same after it was JSON, whatever the numbers', () => {
    for (const seed of SEEDS) {
      const tables = tablesOf(oddTexts(seed));
      const again = tablesOf(textsOf(tables));
      expect(again).toEqual(tables);
      expect([...again.ModelRatio.keys()]).toEqual([...tables.ModelRatio.keys()]);
      expect(ownPrices(again)).toEqual(ownPrices(tables));
    }
  });

  it('keeps every text when a model is set to what it costs already', () => {
    for (const seed of SEEDS) {
      let tables = tablesOf(oddTexts(seed));
      for (const { name, input, output, completion, cached, request, more } of ownPrices(tables)) {
        if (!input || input.over <= 0n || (completion && tables.ModelPrice.has(name))) continue;
        const priced =
          output ?? (completion && { over: input.over * completion.over, under: input.under * completion.under });
        const before = textsOf(tables);
        tables = withPrice(tables, name, {
          input,
          ...(priced && { output: priced }),
          ...(cached && { cached }),
          ...(request && { request }),
        });
        expect(more.length).toBeLessThan(2);
        expect({ name, ...textsOf(tables) }).toEqual({ name, ...before });
      }
    }
  });

  it('has the dollars that were typed, exactly', () => {
    const draw = draws(7);
    for (let times = 0; times < 300; times += 1) {
      const [input, output] = [1 + draw(99_999), draw(99_999)].map(
        (over): Exact => ({ over: BigInt(over), under: 997n }),
      );
      for (const perUnit of [500_000, '5e5', 3, '0.7']) {
        const wanted = { input: ratioOf(input as Exact, perUnit), output: ratioOf(output as Exact, perUnit) };
        const tables = tablesOf(textsOf(withPrice(tablesOf(oddTexts(3)), 'new', wanted)));
        const costs = effective(ownPrice(tables, 'new'), undefined);
        expect(same(perMillion(costs.input as Exact, perUnit), input as Exact)).toBe(true);
        expect(same(perMillion(costs.output as Exact, perUnit), output as Exact)).toBe(true);
      }
    }
  });

  it('puts a price where it can be said', () => {
    const empty = tablesOf({ ModelRatio: '', CompletionRatio: '', ModelPrice: '' });
    const price = (text: string): Exact => parsed(text) as Exact;
    const ratios = withPrice(empty, 'm', { input: price('3'), output: price('10') });
    expect(textsOf(ratios)).toEqual({
      ModelRatio: '{\n  "m": 3\n}',
      CompletionRatio: '{\n  "m": "10/3"\n}',
      ModelPrice: '{}',
    });
    const free = withPrice(ratios, 'm', { input: price('0'), output: price('2') });
    expect(textsOf(free).ModelPrice).toBe('{\n  "m": {"input": 0, "output": 2}\n}');
    expect(free.ModelRatio.size + free.CompletionRatio.size).toBe(0);
    expect(textsOf(withoutPrice(free, 'm')).ModelPrice).toBe('{}');
    expect(textsOf(withPrice(empty, 'm', { request: price('2500') })).ModelPrice).toBe(
      '{\n  "m": {"request": 2500}\n}',
    );
  });

  it('says what a request costs, rounded up once', () => {
    const tables = tablesOf({
      ModelRatio: '{"m": 0.075}',
      CompletionRatio: '{"m": 4}',
      ModelPrice: '{"f": {"request": 9}}',
    });
    expect(costsOf(ownPrice(tables, 'm'), undefined, [1000, 500])).toBe(225n);
    expect(costsOf(ownPrice(tables, 'm'), undefined, [1, 0])).toBe(1n);
    const builtin = { name: 'f', ratio: '2', completion: '4/3', cached: '1', request: '' };
    expect(costsOf(ownPrice(tables, 'f'), builtin, [1000, 500])).toBe(9n);
    expect(costsOf(undefined, builtin, [1, 1])).toBe(5n);
    expect(costsOf({ ...ownPrice(tables, 'm'), completion: undefined } as never, undefined, [1, 1])).toBeUndefined();
    expect(costsOf(undefined, undefined, [1, 1])).toBeUndefined();
  });
});

describe('an exact number', () => {
  it.each([
    ['1.50', '1.5'],
    ['-0.0', '0'],
    ['1e-3', '0.001'],
    ['2.5E+2', '250'],
    ['4/3', '4/3'],
    ['0.5/3', '1/6'],
    ['.5', '0.5'],
    ['7/2', '3.5'],
  ])('%s is %s', (text, again) => {
    expect(written(parsed(text) as Exact)).toBe(again);
  });

  it.each(['', '.', 'x', '1/0', '1/2/3', '1e9999', '--1'])('%s is none', (text) => {
    expect(parsed(text)).toBeUndefined();
  });
});

it('JSON is read as it stands', () => {
  expect(writeJson(readJson('{"a": [1.0, true, null, "x\\"}"], "b": {}}'), false)).toBe(
    '{"a": [1.0, true, null, "x\\"}"], "b": {}}',
  );
  expect(() => readJson('{"a": 01}')).toThrow(SyntaxError);
});
