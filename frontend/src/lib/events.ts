/** The `data` of each event of a stream, as it comes; `[DONE]` is left out. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    pending += value ?? '';
    const events = pending.split(/\r?\n\r?\n/);
    pending = done ? '' : (events.pop() ?? '');
    for (const event of events) {
      const data = dataOf(event);
      if (data && data !== '[DONE]') yield data;
    }
    if (done) return;
  }
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
}
