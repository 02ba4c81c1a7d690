import { language } from './language';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];
const DAY = 86_400;

/** A moment as people say it: "3 minutes ago" up to a day, then the date and time of this zone. */
export function said(seconds: number, now = Date.now() / 1000): string {
  const ago = now - seconds;
  if (Math.abs(ago) >= DAY) return exact(seconds);
  const [unit, length] = STEPS.find(([, step]) => Math.abs(ago) >= step) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(-Math.trunc(ago / length), unit);
}

/** Date and time in this zone. */
export function exact(seconds: number): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'medium' }).format(seconds * 1000);
}

/** The same in UTC, as logs of servers have it. */
export function inUtc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** An hour of the day in this zone. */
export function hourOf(seconds: number): string {
  return new Intl.DateTimeFormat(language(), { timeStyle: 'short' }).format(seconds * 1000);
}

/** A moment as a field for local times has it: `2026-03-01T12:30`. */
export function localTime(seconds: number): string {
  const at = new Date(seconds * 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The same read again, in unix seconds. */
export function momentOf(typed: string): number {
  const at = Date.parse(typed);
  return Number.isNaN(at) ? Number.NaN : Math.floor(at / 1000);
}
