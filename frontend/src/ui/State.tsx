import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ui.module.css';

const LOOKS = {
  good: { color: 'green', sign: '●' },
  waiting: { color: 'yellow', sign: '◐' },
  bad: { color: 'red', sign: '■' },
  off: { color: 'gray', sign: '○' },
} as const;

/** A state as a word with a shape, never by colour alone. */
export function State({ is, children }: { is: keyof typeof LOOKS; children: ReactNode }) {
  const { color, sign } = LOOKS[is];
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      radius="sm"
      className={classes.badge}
      leftSection={<span aria-hidden>{sign}</span>}
    >
      {children}
    </Badge>
  );
}
