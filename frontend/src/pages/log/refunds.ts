// As the server writes it: how much, of which request, and the remark where there was one.
const WRITTEN = /^退还 .+?，请求 ([\w-]+)(?:：(.*))?$/s;

/** What a refund says in its text: the request that was charged, and why it was given back. */
export function refundIn(text: string): { request: string; remark: string } | undefined {
  const [, request, remark = ''] = WRITTEN.exec(text) ?? [];
  return request ? { request, remark } : undefined;
}
