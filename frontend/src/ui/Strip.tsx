import { Text } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { percent } from '@/lib/shares';
import { hourOf } from '@/lib/time';
import classes from './Strip.module.css';

export type StripHour = { hour: number; success: number | null; requests?: number };

export const LEVELS = ['good', 'fair', 'poor', 'none'] as const;
type Level = (typeof LEVELS)[number];

const GOOD = 0.99;
const FAIR = 0.95;
const HOUR = 3600;
const HOURS = 24;

function levelOf(success: number | null | undefined): Level {
  if (success === null || success === undefined) return 'none';
  if (success >= GOOD) return 'good';
  return success >= FAIR ? 'fair' : 'poor';
}

/** The last day hour by hour: colour, height and pattern say how it went; pointer and arrow keys read the numbers. */
export function Strip({ name, hours, now = Date.now() / 1000 }: { name: string; hours: StripHour[]; now?: number }) {
  const { t } = useTranslation();
  const [at, setAt] = useState<number>();
  const known = new Map(hours.map((hour) => [hour.hour, hour]));
  const last = Math.floor(now / HOUR) * HOUR;
  const all = Array.from({ length: HOURS }, (_, index) => last - (HOURS - 1 - index) * HOUR);
  const say = useReading();
  const place = at ?? HOURS - 1;
  const shown = all[place] ?? last;
  return (
    <div className={classes.whole}>
      <div
        role="slider"
        tabIndex={0}
        className={classes.strip}
        aria-label={t('strip.name', { name })}
        aria-valuemin={0}
        aria-valuemax={HOURS - 1}
        aria-valuenow={place}
        aria-valuetext={say(shown, known.get(shown))}
        onFocus={() => setAt(place)}
        onBlur={() => setAt(undefined)}
        onPointerLeave={() => setAt(undefined)}
        onPointerMove={(event) => setAt(under(event))}
        onKeyDown={(event) => {
          const next = moved(event, place);
          if (next === undefined) return;
          event.preventDefault();
          setAt(next);
        }}
      >
        {all.map((hour, index) => (
          <span
            key={hour}
            className={classes.hour}
            data-level={levelOf(known.get(hour)?.success)}
            data-at={index === at || undefined}
          />
        ))}
      </div>
      <Text size="xs" c="dimmed" aria-hidden>
        {at === undefined ? t('strip.span', { from: hourOf(all[0] ?? last) }) : say(shown, known.get(shown))}
      </Text>
    </div>
  );
}

function useReading() {
  const { t } = useTranslation();
  return (hour: number, found: StripHour | undefined): string => {
    const time = hourOf(hour);
    if (found?.success === null || found?.success === undefined) return t('strip.nothing', { time });
    const share = percent(found.success);
    if (found.requests === undefined) return t('strip.share', { time, share });
    return t('strip.shareOf', { time, share, count: found.requests });
  };
}

function under(event: PointerEvent<HTMLElement>): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return Math.max(0, Math.min(HOURS - 1, Math.floor(((event.clientX - left) / width) * HOURS)));
}

function moved({ key }: KeyboardEvent, at: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return HOURS - 1;
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, at - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(HOURS - 1, at + 1);
  return undefined;
}

/** What heights, patterns and colours of a strip mean. */
export function StripLegend() {
  const { t } = useTranslation();
  return (
    <ul className={classes.legend}>
      {LEVELS.map((level) => (
        <li key={level}>
          <span className={classes.sample} aria-hidden>
            <span className={classes.hour} data-level={level} />
          </span>
          {t(`strip.levels.${level}`)}
        </li>
      ))}
    </ul>
  );
}
