import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

export type Bar = { key: string; name: ReactNode; size: number; shown: ReactNode };

/** A table whose amounts are also lengths: read as a table, seen as bars. */
export function Bars({ title, bars, empty }: { title: string; bars: Bar[]; empty: string }) {
  const most = Math.max(1, ...bars.map(({ size }) => size));
  return (
    <section>
      <Text component="h2" fw={600} mb={6} size="sm">
        {title}
      </Text>
      {bars.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <Table verticalSpacing={4} aria-label={title}>
          <Table.Tbody>
            {bars.map(({ key, name, size, shown }) => (
              <Table.Tr key={key}>
                <Table.Td className={classes.barName}>
                  <div className={classes.bar} style={{ width: `${(size / most) * 100}%` }} aria-hidden />
                  <span className={classes.clip}>{name}</span>
                </Table.Td>
                <Table.Td ta="right" w={120}>
                  {shown}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
