import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

/** Nothing there yet: what the thing is in one sentence, and the button that makes the first. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={classes.state}>
      <Text>{text}</Text>
      {children && <Group gap="xs">{children}</Group>}
    </div>
  );
}
