import { language } from './language';

/** A share as a percentage, to two decimals; nothing where there is none. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–';
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 2 }).format(share);
}

/** `850 ms`, `1.5 s`; nothing where nothing was measured. */
export function milliseconds(time: number): string {
  if (!time) return '–';
  return time < 1000 ? `${time} ms` : `${(time / 1000).toFixed(1)} s`;
}
