import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

/** One figure with its name. */
export function Tile({ name, value, note }: { name: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className={classes.tile}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="lg" fw={600} style={{ overflowWrap: 'anywhere' }}>
        {value}
      </Text>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </div>
  );
}
