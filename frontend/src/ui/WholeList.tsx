import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cards } from './Cards';
import { EmptyState } from './EmptyState';
import type { RowsProps } from './ResourceTable';
import { Rows } from './Rows';
import { useWide } from './useWide';

type Props<Row> = RowsProps<Row> & { onClearFilters?: () => void };

// Rows that are drawn at first, and each time that more are asked for.
const STEP = 100;

/** A list that came in one answer: sorted and filtered here, cards where it is narrow. */
export function WholeList<Row>({ rows, onClearFilters, ...list }: Props<Row>) {
  const { t } = useTranslation();
  const wide = useWide();
  const [most, setMost] = useState(STEP);
  if (rows.length === 0) return <Nothing onClear={onClearFilters} />;
  const shown = rows.slice(0, most);
  return (
    <>
      {wide ? <Rows {...list} rows={shown} /> : <Cards {...list} rows={shown} />}
      <Group mt="sm" gap="xs">
        <Text size="sm" role="status">
          {t('total', { count: rows.length })}
        </Text>
        {rows.length > most && (
          <Button size="xs" variant="default" onClick={() => setMost(most + STEP)}>
            {t('more')}
          </Button>
        )}
      </Group>
    </>
  );
}

function Nothing({ onClear }: { onClear: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <EmptyState text={t('unmatched')}>
      {onClear && (
        <Button variant="default" onClick={onClear}>
          {t('clearFilters')}
        </Button>
      )}
    </EmptyState>
  );
}
