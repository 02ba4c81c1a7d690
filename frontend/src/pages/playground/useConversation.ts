import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { client, opened } from '@/api/client';
import type { DialectName, Message } from '@/lib/dialects';
import { ask, type Door } from '@/lib/relay';

export type Knobs = { dialect: DialectName; system: string; temperature: number | undefined; most: number };
export type Turn = Message & {
  request?: string;
  milliseconds?: number;
  quota?: number;
  sent?: string;
  raw?: string;
  problem?: unknown;
};

/** One conversation with one model: what was said, and saying more. */
export function useConversation(model: string, door: () => Promise<Door>) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [busy, setBusy] = useState(false);
  const stopper = useRef<AbortController>(undefined);
  const queries = useQueryClient();

  const say = async (text: string, { dialect, ...knobs }: Knobs): Promise<void> => {
    const messages: Message[] = [...turns.filter(({ problem }) => !problem), { role: 'user', text }];
    const answer: Turn = { role: 'assistant', text: '' };
    const show = (change: Partial<Turn>): void => {
      Object.assign(answer, change);
      setTurns([...turns, { role: 'user', text }, { ...answer }]);
    };
    const begun = performance.now();
    stopper.current = new AbortController();
    setBusy(true);
    show({});
    try {
      const raw = await ask(
        await door(),
        dialect,
        { model, messages: plain(messages), ...knobs },
        {
          signal: stopper.current.signal,
          onText: (more) => show({ text: answer.text + more }),
          onRequest: ({ request, body }) => show({ request, sent: body }),
        },
      );
      show({ raw });
    } catch (error) {
      if (!stopper.current.signal.aborted) show({ problem: error });
    }
    show({ milliseconds: performance.now() - begun });
    setBusy(false);
    if (answer.request && !answer.problem) show({ quota: await costOf(answer.request) });
    void queries.invalidateQueries({ queryKey: ['account'] });
  };
  return { turns, busy, say, stop: () => stopper.current?.abort(), clear: () => setTurns([]) };
}

function plain(messages: Message[]): Message[] {
  return messages.map(({ role, text }) => ({ role, text }));
}

/** What the receipt says; the entry is written right after the answer's end. */
async function costOf(request_id: string): Promise<number | undefined> {
  for (const wait of [200, 1000, 3000]) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      return opened(await client.GET('/api/log/receipt/{request_id}', { params: { path: { request_id } } })).quota;
    } catch {
      // Not there yet.
    }
  }
  return undefined;
}
