import { queryOptions } from '@tanstack/react-query';
import { client, type Schemas } from '@/api/client';

type Stats = Schemas['ChannelStats'];
type Channel = Schemas['Channel'];
export type ChannelHealth = { id: number; name: string; stats: Stats | undefined; channel: Channel | undefined };
export type ModelHealth = Schemas['PublicModel'];
export type Counted = { counted_until: number; complete: boolean };

const MINUTE = 60_000; // the sums are no newer
const MOST = 100; // channels whose state one answer tells; those out of service come first

/** Channels by their traffic of the last day, and those nobody asked; the worst first. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: async ({ signal }) => {
    const [stats, listed] = await Promise.all([
      client.GET('/api/channel/stats', { params: { query: { hours: 24 } }, signal }),
      client.GET('/api/channel', { params: { query: { page_size: MOST, sort: 'status', order: 'desc' } }, signal }),
    ]);
    const { data, counted_until = 0, complete = true } = stats.data as Counted & { data?: Stats[] };
    const channels = (listed.data as { data?: Channel[] }).data ?? [];
    return { rows: together(data ?? [], channels), counted_until, complete };
  },
  staleTime: MINUTE,
});

function together(stats: Stats[], channels: Channel[]): ChannelHealth[] {
  const found = new Map<number, ChannelHealth>();
  for (const channel of channels)
    found.set(channel.id, { id: channel.id, name: channel.name, stats: undefined, channel });
  for (const one of stats) {
    const { channel } = found.get(one.channel) ?? { channel: undefined };
    found.set(one.channel, { id: one.channel, name: one.name, stats: one, channel });
  }
  // Who is not asked has no share: after those who are.
  const share = ({ stats: of }: ChannelHealth): number => of?.success ?? 2;
  return [...found.values()].sort((a, b) => share(a) - share(b) || a.id - b.id);
}

/** Models as the groups meet them, without a word of who serves them. */
export const publicQuery = (account: number | undefined) =>
  queryOptions({
    queryKey: ['health', 'public', account ?? 0],
    queryFn: async ({ signal }) => {
      const answer = await client.GET('/api/health/public', { params: { query: { hours: 24 } }, signal });
      const { data, counted_until = 0, complete = true } = answer.data as Counted & { data?: ModelHealth[] };
      return { rows: data ?? [], counted_until, complete };
    },
    staleTime: MINUTE,
  });
