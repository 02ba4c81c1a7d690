import { Refusal } from './refusal';

// Milliseconds. Reads are over within half a minute everywhere; what asks a provider may take longer.
const READ = 30_000;
const WRITE = 120_000;

/** A fetch that ends: without a network nothing is written, no answer is waited for without end, and half an answer is none. */
export async function patiently(request: Request): Promise<Response> {
  const reads = request.method === 'GET';
  if (!reads && !navigator.onLine) throw new Refusal('', { code: 'offline' });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), reads ? READ : WRITE);
  let code = 'unreachable';
  try {
    const response = await fetch(request, { signal: AbortSignal.any([request.signal, late.signal]) });
    code = 'broken';
    const body = await response.arrayBuffer();
    return new Response(body.byteLength ? body : null, response);
  } catch (error) {
    if (request.signal.aborted) throw error; // nobody waits for it any more
    throw new Refusal('', { code: late.signal.aborted ? 'silent' : code });
  } finally {
    clearTimeout(timer);
  }
}
