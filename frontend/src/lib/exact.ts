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
