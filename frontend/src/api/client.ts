import createClient, { type Middleware } from 'openapi-fetch';
import { language } from '@/lib/language';
import { refusalIn } from './refusal';
import type { components, paths } from './schema';

/** What our own document calls things. */
export type Schemas = components['schemas'];

/** Asks the management API; whatever it refuses is thrown as a `Refusal`. */
export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

const inTheReadersLanguage: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', language());
    return request;
  },
};

const throwsRefusals: Middleware = {
  async onResponse({ response }) {
    const refusal = await refusalIn(response);
    if (refusal) throw refusal;
  },
};

client.use(inTheReadersLanguage, throwsRefusals);

/** One page of a list, with what its headers say. */
export type Page<Row> = { rows: Row[]; next: string; total: number | undefined };

export function paged<Row>(answer: { data?: { data?: Row[] | null }; response: Response }): Page<Row> {
  const total = answer.response.headers.get('X-Total-Count');
  return {
    rows: answer.data?.data ?? [],
    next: answer.response.headers.get('X-Next-Cursor') ?? '',
    total: total === null ? undefined : Number(total),
  };
}

/** What lies in the envelope; a refusal was thrown before. */
export function opened<Data>(answer: { data?: { data?: Data } }): NonNullable<Data> {
  return answer.data?.data as NonNullable<Data>;
}
