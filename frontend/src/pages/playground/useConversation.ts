import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { freshReceiptQuery } from '@/api/receipt';
import type { Sent } from '@/lib/copies';
import type { DialectName, Message } from '@/lib/dialects';
import { ask, type Door } from '@/lib/relay';

export type Knobs = { system: string; temperature: number | undefined; most: number };
export type Turn = Message & {
  request?: string;
  milliseconds?: number;
  quota?: number;
  sent?: Sent;
  raw?: string;
  problem?: unknown;
};
type Said = { text: string; pictures: string[] };

/** One conversation with one model: what was said, and saying more. It lives as long as this tab does. */
export function useConversation(place: string, model: string, door: () => Promise<Door>) {
  const [turns, setTurns] = useKept(place);
  const [busy, setBusy] = useState(false);
  const stopper = useRef<AbortController>(undefined);
  const queries = useQueryClient();

  const say = async ({ text, pictures }: Said, dialect: DialectName, knobs: Knobs): Promise<void> => {
    const question: Turn = { role: 'user', text, pictures };
    const messages: Message[] = [...turns.filter(({ problem }) => !problem), question];
    const answer: Turn = { role: 'assistant', text: '' };
    const show = (change: Partial<Turn>): void => {
      Object.assign(answer, change);
      setTurns([...turns, question, { ...answer }]);
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
          onRequest: ({ request, ...sent }) => show({ request, sent }),
        },
      );
      show({ raw });
    } catch (error) {
      if (!stopper.current.signal.aborted) show({ problem: error });
    }
    show({ milliseconds: performance.now() - begun });
    setBusy(false);
    if (answer.request && !answer.problem) {
      const receipt = await queries.fetchQuery(freshReceiptQuery(answer.request)).catch(() => undefined);
      if (receipt) show({ quota: receipt.quota });
    }
    void queries.invalidateQueries({ queryKey: ['account'] });
  };
  return { turns, busy, say, stop: () => stopper.current?.abort(), clear: () => setTurns([]) };
}

function plain(messages: Message[]): Message[] {
  return messages.map(({ role, text, pictures = [] }) => ({ role, text, pictures }));
}

/** Turns in the storage of this tab, and in no other; what does not fit there lives on this page only. */
function useKept(place: string) {
  const [turns, setTurns] = useState<Turn[]>(() => keptAt(place));
  useEffect(() => {
    try {
      sessionStorage.setItem(place, JSON.stringify(turns, plainly));
    } catch {
      sessionStorage.removeItem(place);
    }
  }, [place, turns]);
  return [turns, setTurns] as const;
}

/** An error would be kept as nothing. */
function plainly(_: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

function keptAt(place: string): Turn[] {
  try {
    const turns = JSON.parse(sessionStorage.getItem(place) ?? '[]') as Turn[];
    return turns.map((turn) => (turn.problem ? { ...turn, problem: new Error(String(turn.problem)) } : turn));
  } catch {
    return [];
  }
}
