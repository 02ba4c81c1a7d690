/** Quota is a whole number; a dollar is `quota_per_unit` of it. No arithmetic here uses floating point. */

const PLACES = 6;

/** A decimal as a fraction of whole numbers: "0.5" is 5 / 10. */
function fraction(text: string): { over: bigint; under: bigint } {
  const [whole = '0', after = ''] = plain(text).split('.');
  return { over: BigInt(whole + after), under: 10n ** BigInt(after.length) };
}

/** Without an exponent: JSON may hold 5e5. */
function plain(text: string): string {
  const match = /^(\d+)(?:\.(\d*))?e\+?(\d+)$/i.exec(text);
  if (!match) return /^\d+(\.\d+)?$/.test(text) ? text : '0';
  const [, whole = '', after = '', power = '0'] = match;
  const shift = Number(power);
  const digits = whole + after.padEnd(shift, '0');
  return after.length > shift ? `${whole}${after.slice(0, shift)}.${after.slice(shift)}` : digits;
}

// Dollars from which on cents are enough; quota says the rest.
const LARGE = 10_000n;

/** `$1.25`, to six decimals, trailing zeros beyond cents left out; what is less than that is said to be. */
export function dollars(quota: number | bigint, quotaPerUnit: string | number): string {
  const per = fraction(String(quotaPerUnit));
  if (per.over === 0n) return '–';
  const amount = BigInt(quota);
  const sign = amount < 0n ? '-' : '';
  const size = amount < 0n ? -amount : amount;
  const micros = (size * per.under * 10n ** BigInt(PLACES)) / per.over;
  if (micros === 0n && size > 0n) return `< ${sign}$0.000001`;
  const digits = micros.toString().padStart(PLACES + 1, '0');
  const whole = BigInt(digits.slice(0, -PLACES));
  const decimals = whole < LARGE ? trimmed(digits.slice(-PLACES)) : digits.slice(-PLACES).slice(0, 2);
  return `${sign}$${whole.toLocaleString('en-US')}.${decimals}`;
}

function trimmed(decimals: string): string {
  return decimals.slice(0, 2) + decimals.slice(2).replace(/0+$/, '');
}

/** What a person typed as dollars, in quota, rounded down; nothing where it is no amount. */
export function quotaOf(typed: string, quotaPerUnit: string | number): number | undefined {
  const text = typed.replace(/[$,\s]/g, '');
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(text)) return undefined;
  const amount = fraction(text.startsWith('.') ? `0${text}` : text.replace(/\.$/, ''));
  const per = fraction(String(quotaPerUnit));
  return Number((amount.over * per.over) / (amount.under * per.under));
}

const MOST_PLACES = 12;

/** Quota as dollars to be changed in a field: `quotaOf` reads the same quota again. */
export function typedDollars(quota: number | bigint, quotaPerUnit: string | number): string {
  const per = fraction(String(quotaPerUnit));
  if (per.over === 0n) return '0';
  const scaled = (BigInt(quota) * per.under * 10n ** BigInt(MOST_PLACES) + per.over - 1n) / per.over;
  const digits = scaled.toString().padStart(MOST_PLACES + 1, '0');
  return `${digits.slice(0, -MOST_PLACES)}.${digits.slice(-MOST_PLACES)}`.replace(/\.?0+$/, '');
}

/** `1,234,567` */
export function whole(amount: number | bigint): string {
  return amount.toLocaleString('en-US');
}
