import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

export type StackedProps = {
  /** A row a day: `day`, and an amount for each of `names`. */
  rows: Record<string, string | number>[];
  names: string[];
  say: (amount: number) => string;
};

// Told apart by lightness too, not by colour alone; 3 : 1 and more to the page in both schemes.
const COLORS = ['blue.7', 'orange.6', 'teal.7', 'grape.6', 'yellow.7', 'red.6', 'gray.6'];

/** Amounts a day, one upon the other. Loaded only by pages that draw: its library weighs more than they do. */
export default function Stacked({ rows, names, say }: StackedProps) {
  return (
    <BarChart
      h={220}
      data={rows}
      dataKey="day"
      type="stacked"
      withLegend
      // Quota is whole, also where the axis would stand between two.
      yAxisProps={{ width: 84, allowDecimals: false }}
      valueFormatter={(amount) => say(Math.round(amount))}
      series={names.map((name, index) => ({ name, label: name, color: COLORS[index % COLORS.length] ?? 'gray.6' }))}
      barProps={{ isAnimationActive: false }}
    />
  );
}
