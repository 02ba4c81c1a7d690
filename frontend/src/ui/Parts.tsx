import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

export type Part<Name extends string> = {
  name: Name;
  title: string;
  content: ReactNode;
  /** Stays as it is while another part is looked at: a form somebody has begun. */
  stays?: boolean;
};

type Props<Name extends string> = { label: string; parts: Part<Name>[]; at: Name; onMove: (name: Name) => void };

/** The parts of a thing, one shown at a time; which one is the address's. */
export function Parts<Name extends string>({ label, parts, at, onMove }: Props<Name>) {
  return (
    <Tabs value={at} onChange={(name) => name && onMove(name as Name)} keepMounted={false}>
      <Tabs.List aria-label={label} mb="md">
        {parts.map(({ name, title }) => (
          <Tabs.Tab key={name} value={name}>
            {title}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {parts.map(({ name, content, stays = false }) => (
        <Tabs.Panel key={name} value={name} keepMounted={stays}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
