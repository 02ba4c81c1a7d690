import { ceil, type Exact, exact, plus, times } from './exact';

type Step = { service: string; above: number; tokens: { kind: string; ratio: string; dollars: string }[] };
type Piece = { unit: string; what: string; quota: string; dollars: string };

/** What a model is sold at, before the factor of a group. */
export type Sold = { steps: Step[]; pieces: Piece[] };

/** What a request uses; `cached` tokens are among those of the input. */
export type Use = { input: number; cached: number; output: number; piece?: Piece | undefined; count: number };

/** Whether a model that can do this is asked for text, and so paid by token before all. */
export function soldByToken({ steps }: Sold, abilities: string[]): boolean {
  return steps.length > 0 && ['chat', 'completions', 'embeddings', undefined].includes(abilities[0]);
}

/** The prices that hold for so long a prompt at the standard service. */
export function stepFor({ steps }: Sold, prompt: number): Step | undefined {
  return steps.filter(({ service, above }) => !service && (above === 0 || prompt > above)).at(-1);
}

/** Dollars a million of one kind of token; of kinds that are not listed those of plain input. */
export function rate(step: Step | undefined, kind: string): { ratio: string; dollars: string } | undefined {
  return step?.tokens.find((token) => token.kind === kind) ?? step?.tokens.find((token) => token.kind === 'input');
}

/** The sum as a receipt has it: every amount times its price, times the group's factor, rounded up once. */
export function costOf(sold: Sold, use: Use, factor: string): { sum: Exact; quota: bigint } {
  const step = stepFor(sold, use.input);
  const cached = Math.min(use.cached, use.input);
  const terms: [number, string | undefined][] = [
    [use.input - cached, rate(step, 'input')?.ratio],
    [cached, rate(step, 'cached')?.ratio],
    [use.output, rate(step, 'output')?.ratio],
    [use.count, use.piece?.quota],
    [1, sold.pieces.find(({ unit }) => unit === 'request')?.quota],
  ];
  const all = terms.reduce(
    (so, [amount, price]) => (price === undefined ? so : plus(so, times(exact(String(amount)), exact(price)))),
    exact('0'),
  );
  const sum = times(all, exact(factor));
  return { sum, quota: ceil(sum) };
}
