import createClient, { type Middleware } from 'openapi-fetch';
import { language } from '@/lib/language';
import { patiently } from './patience';
import { refusalIn } from './refusal';
import type { components, paths } from './schema';

/** What our own document calls things. */
export type Schemas = components['schemas'];

/** Asks the management API; whatever it refuses is thrown as a `Refusal`. */
export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin', fetch: patiently });

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

/** What lies in the envelope of an answer; refusals are thrown before, so their shape is left out. */
type Inside<Body> = Body extends { success: false }
  ? never
  : Body extends { data?: infer Data }
    ? NonNullable<Data>
    : never;

type Answered = { data?: unknown; response: Response };
type BodyOf<Answer extends Answered> = NonNullable<Answer['data']>;

export function opened<Answer extends Answered>(answer: Answer): Inside<BodyOf<Answer>> {
  return (answer.data as { data: Inside<BodyOf<Answer>> }).data;
}

/** One page of a list, with what its headers say. */
export type Page<Row> = { rows: Row[]; next: string; total: number | undefined };

type RowOf<Answer extends Answered> = Inside<BodyOf<Answer>> extends (infer Row)[] ? Row : never;

export function paged<Answer extends Answered>(answer: Answer): Page<RowOf<Answer>> {
  const total = answer.response.headers.get('X-Total-Count');
  return {
    rows: (answer.data as { data?: RowOf<Answer>[] | null }).data ?? [],
    next: answer.response.headers.get('X-Next-Cursor') ?? '',
    total: total === null ? undefined : Number(total),
  };
}
