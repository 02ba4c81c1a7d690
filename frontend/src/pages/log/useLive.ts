import type { UseQueryResult } from '@tanstack/react-query';
import { type FocusEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Page, paged } from '@/api/client';
import { isScarce, joined } from './joined';
import { type Entry, entries, type LogState } from './queries';

// Milliseconds between two looks; seldom where little is left of what this address may ask.
const OFTEN = 3000;
const SELDOM = 10_000;
const QUIET = 10_000; // between two announcements

/** What is new after an entry, and how long to wait before looking again. */
async function after(state: LogState, last: string): Promise<{ fresh: Entry[]; wait: number }> {
  const answer = await entries(state, null, { after: last, order: 'asc', page_size: 100 });
  const { rows } = paged(answer as Awaited<ReturnType<typeof entries>> & { data?: never });
  return { fresh: [...(rows as Entry[])].reverse(), wait: isScarce(answer.response.headers) ? SELDOM : OFTEN };
}

/** Says how many came, but not every few seconds. */
function useAnnouncing() {
  const { t } = useTranslation('log');
  const [said, setSaid] = useState('');
  const counted = useRef({ fresh: 0, at: 0 });
  const announce = (fresh: number): void => {
    counted.current.fresh += fresh;
    if (!counted.current.fresh || Date.now() - counted.current.at < QUIET) return;
    setSaid(t('new', { count: counted.current.fresh }));
    counted.current = { fresh: 0, at: Date.now() };
  };
  return { said: said || t('following'), announce };
}

/** While the pointer or the focus is among the rows they stay where they are. */
function useHold() {
  const [held, setHeld] = useState(false);
  const among = (target: EventTarget): boolean =>
    target instanceof Element && target.closest('tbody, [data-cards]') !== null;
  const hold = {
    onPointerOver: ({ target }: PointerEvent) => setHeld(among(target)),
    onPointerLeave: () => setHeld(false),
    onFocus: ({ target }: FocusEvent) => setHeld(among(target)),
    onBlur: () => setHeld(false),
  };
  return { held, hold };
}

/** Follows the log while it is looked at: not in a hidden tab, and not while rows would move away under somebody. */
export function useLive(state: LogState, on: boolean, query: UseQueryResult<Page<Entry>>) {
  const { t } = useTranslation('log');
  const [news, setNews] = useState<Entry[]>([]);
  const { said, announce } = useAnnouncing();
  const { held, hold } = useHold();
  const shown = query.data ? joined(news, query.data.rows) : [];
  const now = useRef({ shown, held });
  now.current = { shown, held };
  const look = async (): Promise<number> => {
    const last = now.current.shown.find(({ request_id }) => request_id)?.request_id;
    if (!last) {
      await query.refetch();
      return OFTEN;
    }
    const { fresh, wait } = await after(state, last);
    if (fresh.length) setNews((before) => joined(fresh, before));
    announce(fresh.length);
    return wait;
  };
  const view = JSON.stringify(state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view begins anew; all else is read when it is looked
  useEffect(() => {
    setNews([]);
    if (!on) return undefined;
    return repeated(async () => (document.hidden || now.current.held ? OFTEN : look().catch(() => SELDOM)));
  }, [on, view]);
  const followed = query.data && on ? ({ ...query, data: { ...query.data, rows: shown } } as typeof query) : query;
  return { query: followed, told: held ? t('paused') : said, hold };
}

/** Does something again and again, each time as long afterwards as it says; answers what ends it. */
function repeated(act: () => Promise<number>): () => void {
  let timer = 0;
  let ended = false;
  const again = async (): Promise<void> => {
    const wait = await act();
    if (!ended) timer = window.setTimeout(again, wait);
  };
  timer = window.setTimeout(again, OFTEN);
  return () => {
    ended = true;
    window.clearTimeout(timer);
  };
}
