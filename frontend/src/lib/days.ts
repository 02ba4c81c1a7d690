type Sum = { day: string; key: string; name?: string; quota: number };

/** The dearest come first; beyond six they are one. */
const MOST = 6;

/** Sums by day and key as rows of a chart: a row for each day of the time, days without anything too. */
export function stacked(sums: Sum[], days: number, others: string, now = Date.now()) {
  const names = dearest(sums).slice(0, MOST);
  const rows = lastDays(days, now).map((day) => ({ day }) as Record<string, string | number>);
  const byDay = new Map(rows.map((row) => [row.day, row]));
  let beyond = false;
  for (const sum of sums) {
    const row = byDay.get(sum.day);
    if (!row) continue;
    const name = names.includes(nameOf(sum)) ? nameOf(sum) : others;
    beyond ||= name === others;
    row[name] = Number(row[name] ?? 0) + sum.quota;
  }
  return { rows, names: beyond ? [...names, others] : names };
}

function nameOf({ name, key }: Sum): string {
  return name || key;
}

function dearest(sums: Sum[]): string[] {
  const totals = new Map<string, number>();
  for (const sum of sums) if (nameOf(sum)) totals.set(nameOf(sum), (totals.get(nameOf(sum)) ?? 0) + sum.quota);
  return [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function lastDays(count: number, now: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(now - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}
