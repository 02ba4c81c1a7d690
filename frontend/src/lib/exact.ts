/** Prices of receipts are exact texts, "0.0375" or "4/3"; what is computed of them here stays exact. */
export type Exact = { over: bigint; under: bigint };

export function exact(text: string): Exact {
  const [over = '0', under] = text.split('/');
  if (under !== undefined) return { over: BigInt(over), under: BigInt(under) };
  const [whole = '0', after = ''] = over.split('.');
  return { over: BigInt(whole + after), under: 10n ** BigInt(after.length) };
}

export const times = (a: Exact, b: Exact): Exact => ({ over: a.over * b.over, under: a.under * b.under });
export const plus = (a: Exact, b: Exact): Exact => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});

/** As a decimal where it has an end within twelve places, else as a fraction. */
export function shown({ over, under }: Exact): string {
  const places = 12;
  const scaled = over * 10n ** BigInt(places);
  if (scaled % under !== 0n) return reduced(over, under);
  const digits = (scaled / under).toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

function reduced(over: bigint, under: bigint): string {
  let [a, b] = [over, under];
  while (b) [a, b] = [b, a % b];
  return `${over / a}/${under / a}`;
}

/** Whole, rounded up, as charges are. */
export const ceil = ({ over, under }: Exact): bigint => (over + under - 1n) / under;
/** Less than, equal to or greater than nothing, as a sort wants it. */
export const compare = (a: Exact, b: Exact): number => Number(a.over * b.under - b.over * a.under);

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** What a price option may say, "1.25", "1e-3", "-1" or "4/3"; nothing where it is no number. */
export function parsed(text: string): Exact | undefined {
  const [above = '', below, ...more] = text.trim().split('/');
  const over = decimal(above);
  const under = below === undefined ? { over: 1n, under: 1n } : decimal(below);
  if (more.length || !over || !under || under.over === 0n) return undefined;
  return lowest(over.over * under.under, over.under * under.over);
}

function decimal(text: string): Exact | undefined {
  const [all, sign, whole = '', after = '', power = '0'] = DECIMAL.exec(text.trim()) ?? [];
  if (all === undefined || !(whole || after)) return undefined;
  const size = BigInt(whole + after) * (sign ? -1n : 1n);
  const places = after.length - Number(power);
  return places >= 0
    ? { over: size, under: 10n ** BigInt(places) }
    : { over: size * 10n ** BigInt(-places), under: 1n };
}

function lowest(over: bigint, under: bigint): Exact {
  let [a, b] = [over < 0n ? -over : over, under < 0n ? -under : under];
  while (b) [a, b] = [b, a % b];
  const sign = under < 0n ? -1n : 1n;
  return a === 0n ? { over: 0n, under: 1n } : { over: (sign * over) / a, under: (sign * under) / a };
}

export const divided = (a: Exact, b: Exact): Exact => lowest(a.over * b.under, a.under * b.over);
export const same = (a: Exact, b: Exact): boolean => a.over * b.under === b.over * a.under;

/** As `parsed` reads it back: a decimal of as many places as it has, else a fraction. */
export function written(number: Exact): string {
  const { over, under } = lowest(number.over, number.under);
  const places = placesOf(under);
  if (places === undefined) return `${over}/${under}`;
  const size = ((over < 0n ? -over : over) * 10n ** BigInt(places)) / under;
  const digits = size.toString().padStart(places + 1, '0');
  const end = digits.length - places;
  return `${over < 0n ? '-' : ''}${digits.slice(0, end)}${places ? `.${digits.slice(end)}` : ''}`;
}

/** How many decimals a number with this denominator has; nothing where they have no end. */
function placesOf(under: bigint): number | undefined {
  let rest = under;
  let [twos, fives] = [0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : undefined;
}
