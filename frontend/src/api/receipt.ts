import { queryOptions } from '@tanstack/react-query';
import { client, opened, type Schemas } from './client';

export type ReceiptShown = Schemas['ReceiptShown'];

/** Why a request cost what it cost. */
export const receiptQuery = (request_id: string) =>
  queryOptions({
    queryKey: ['receipt', request_id],
    queryFn: async ({ signal }) =>
      opened(await client.GET('/api/log/receipt/{request_id}', { params: { path: { request_id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

// The entry is written right after the answer's end.
const WAITS = [200, 600, 1500, 3000, 5000];

/** Of a request that has only just been answered: asked for until it is there. */
export const freshReceiptQuery = (request_id: string) =>
  queryOptions({
    ...receiptQuery(request_id),
    enabled: Boolean(request_id),
    retry: WAITS.length,
    retryDelay: (tries) => WAITS[tries] ?? 0,
  });
