import { Button, Group, ScrollArea, Skeleton, Table, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackedProps } from './Stacked';

const Stacked = lazy(() => import('./Stacked'));

/** Amounts by day: a sentence, a drawing, and the same as a table. */
export function DayChart({ title, fact, ...chart }: StackedProps & { title: string; fact: string }) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  return (
    <section>
      <Group justify="space-between" mb={6}>
        <Text component="h2" fw={600} size="sm">
          {title}
        </Text>
        <Button size="compact-xs" variant="default" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>
          {t('asTable')}
        </Button>
      </Group>
      <Text size="sm" mb={8}>
        {fact}
      </Text>
      {asTable ? (
        <Days {...chart} title={title} />
      ) : (
        <Suspense fallback={<Skeleton h={220} />}>
          <Stacked {...chart} />
        </Suspense>
      )}
    </section>
  );
}

function Days({ rows, names, say, title }: StackedProps & { title: string }) {
  const { t } = useTranslation();
  return (
    <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0 }}>
      <Table aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('day')}</Table.Th>
            {names.map((name) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.day}>
              <Table.Td>{row.day}</Table.Td>
              {names.map((name) => (
                <Table.Td key={name} ta="right">
                  {say(Number(row[name] ?? 0))}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
