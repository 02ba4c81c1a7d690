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
