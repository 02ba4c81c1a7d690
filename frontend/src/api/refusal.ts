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

  get signedOut(): boolean {
    return this.status === 401;
  }

  get forbidden(): boolean {
    return this.status === 403 || this.code === 'forbidden';
  }

  get gone(): boolean {
    return this.status === 404 || this.code === 'not_found';
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** Whatever was thrown, as a refusal: a failed fetch has no status. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(error instanceof Error ? error.message : String(error));
}

/** The refusal in an answer, or nothing where it is not one. */
export async function refusalIn(response: Response): Promise<Refusal | undefined> {
  const told = await envelopeOf(response);
  if (response.ok && told?.success !== false) return undefined;
  return new Refusal(told?.message || response.statusText || `HTTP ${response.status}`, {
    code: told?.code,
    field: told?.field,
    fields: told?.fields,
    status: response.status,
    requestId: response.headers.get('X-Oneapi-Request-Id') ?? '',
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
  });
}

type Envelope = { success?: boolean; message?: string; code?: string; field?: string; fields?: Refusal['fields'] };

/** What the answer says of itself; nothing where it is no JSON (a proxy's page, half an answer). */
async function envelopeOf(response: Response): Promise<Envelope | undefined> {
  if (!response.headers.get('content-type')?.includes('json')) {
    return response.ok && response.status === 200 && isPage(response) ? { success: false } : undefined;
  }
  try {
    return (await response.clone().json()) as Envelope;
  } catch {
    return { success: false };
  }
}

function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false;
}
