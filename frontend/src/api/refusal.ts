/** What became of a request, as far as it matters for what to do next. */
export type Kind =
  | 'signedOut'
  | 'forbidden'
  | 'gone'
  | 'limited'
  | 'unavailable'
  /** No connection, no answer in time, half an answer. */
  | 'unreachable'
  | 'silent'
  | 'broken'
  /** The browser is offline: nothing was sent. */
  | 'offline'
  /** The server's own words say it. */
  | 'told'
  | 'other';

const UNANSWERED: readonly string[] = ['unreachable', 'silent', 'broken', 'offline'] satisfies Kind[];

/** An answer that says no: what the server wrote, and what a program may do about it. */
export class Refusal extends Error {
  readonly code: string;
  /** Which field of a form is at fault, if one is. */
  readonly field: string;
  /** Of several fields at fault what is wrong with each. */
  readonly fields: Record<string, { message: string }>;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly requestId: string;
  /** Seconds after which asking again makes sense; 0 where the server did not say. */
  readonly retryAfter: number;

  constructor(message: string, about: Partial<Omit<Refusal, 'message' | 'name'>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = about.code ?? '';
    this.field = about.field ?? '';
    this.fields = about.fields ?? {};
    this.status = about.status ?? 0;
    this.requestId = about.requestId ?? '';
    this.retryAfter = about.retryAfter ?? 0;
  }

  get kind(): Kind {
    if (UNANSWERED.includes(this.code)) return this.code as Kind;
    if (this.signedOut) return 'signedOut';
    if (this.status === 429) return 'limited';
    if (this.status === 404 || this.code === 'not_found') return 'gone';
    if (this.retryAfter) return 'unavailable';
    if (this.forbidden) return 'forbidden';
    if (this.message) return 'told';
    return [502, 503, 504].includes(this.status) ? 'unavailable' : 'other';
  }

  get signedOut(): boolean {
    return this.status === 401;
  }

  get forbidden(): boolean {
    return this.status === 403 || this.code === 'forbidden';
  }
}

// What browsers call a fetch without an answer.
const NO_FETCH = /fetch|network|load failed/i;

/** Whatever was thrown, as a refusal. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof TypeError) {
    return new Refusal('', { code: NO_FETCH.test(error.message) ? 'unreachable' : 'broken' });
  }
  return new Refusal(error instanceof Error ? error.message : String(error));
}

/** The refusal in an answer, or nothing where it is not one. */
export async function refusalIn(response: Response): Promise<Refusal | undefined> {
  const told = await envelopeOf(response);
  if (response.ok && told?.success !== false) return undefined;
  return new Refusal(told?.message ?? '', {
    code: told?.code,
    field: told?.field,
    fields: told?.fields,
    status: response.status,
    requestId: response.headers.get('X-Oneapi-Request-Id') ?? '',
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
  });
}

type Envelope = { success?: boolean; message?: string; code?: string; field?: string; fields?: Refusal['fields'] };

// An answer that went well and yet cannot be read: half of it, or somebody else's page.
const BROKEN: Envelope = { success: false, code: 'broken' };

async function envelopeOf(response: Response): Promise<Envelope | undefined> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) return response.ok && type.startsWith('text/html') ? BROKEN : undefined;
  try {
    return (await response.clone().json()) as Envelope;
  } catch {
    return response.ok ? BROKEN : undefined;
  }
}
