import { queryOptions } from '@tanstack/react-query';
import { client, opened, type Schemas } from '@/api/client';
import type { ListState } from '@/api/list';
import { type Sold, soldByToken, stepFor } from '@/lib/cost';
import { compare, type Exact, exact, shown, times } from '@/lib/exact';

export type Model = Schemas['PricedModel'];
export type Group = Schemas['Pricing']['groups'][number];
type Pricing = { groups: Group[]; models: Model[] };

export const FILTERS = ['family', 'ability', 'group', 'q'] as const;
export const SORTS = ['name', 'input', 'output'] as const;
export type PriceState = ListState & Partial<Record<(typeof FILTERS)[number] | 'model', string>>;

/** What there is, as who asks may see it. */
export const pricingQuery = (account: number | undefined) =>
  queryOptions({
    queryKey: ['pricing', account ?? 0],
    queryFn: async ({ signal }): Promise<Pricing> => opened(await client.GET('/api/pricing', { signal })),
    staleTime: 60_000,
  });

/** Those that the filters leave, in the order asked for. */
export function chosen(models: Model[], state: PriceState): Model[] {
  const words = (state.q ?? '').toLowerCase();
  const left = models.filter(
    (model) =>
      (!state.family || model.family === state.family) &&
      (!state.ability || model.abilities.includes(state.ability)) &&
      (!state.group || model.groups.includes(state.group)) &&
      model.name.toLowerCase().includes(words),
  );
  if (state.sort === 'input' || state.sort === 'output') left.sort(byPrice(state.sort));
  return state.order === 'desc' ? left.reverse() : left;
}

/** The dearest last; what is not sold by token comes before all. */
function byPrice(kind: string) {
  const of = (model: Model): Exact => exact(perMillion(soldAs(model), kind) ?? '0');
  return (a: Model, b: Model): number => compare(of(a), of(b));
}

/** The price of the channel that is asked first. */
export function soldAs({ offers }: Model): Sold {
  return offers[0] ?? { steps: [], pieces: [] };
}

/** Whether it is asked for text, and so paid by token before all. */
export function byToken(model: Model): boolean {
  return soldByToken(soldAs(model), model.abilities);
}

/** Dollars a million of short prompts; nothing where the kind costs nothing of its own. */
export function perMillion(sold: Sold, kind: string): string | undefined {
  return stepFor(sold, 0)?.tokens.find((token) => token.kind === kind)?.dollars;
}

/** A price with the factor of a group, as exact as it came. */
export function withFactor(price: string, factor: string): string {
  return `$${shown(times(exact(price), exact(factor)))}`;
}

/** The groups that may ask for a model, one's own first; of those without a factor it is told as one. */
export function groupsOf(model: Model, groups: Group[]): Group[] {
  const known = groups.filter(({ name }) => model.groups.includes(name));
  const names = new Set(known.map(({ name }) => name));
  return [...known, ...model.groups.filter((name) => !names.has(name)).map((name) => ({ name, ratio: '1' }))];
}

/** Each value once, sorted. */
export function distinct(values: string[]): string[] {
  return [...new Set(values)].filter(Boolean).sort();
}
