import { Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { statusQuery } from '@/api/account';
import { Stale } from './Stale';
import classes from './ui.module.css';

type Props = {
  title: string;
  actions?: ReactNode;
  width?: number;
  /** The title is for readers only: what is below has its own. */
  unseen?: boolean;
  children: ReactNode;
};

/** A page with its one h1: opening it names the window and moves the focus there, so that readers hear where they are. */
export function Page({ title, actions, width, unseen, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const system = useQuery(statusQuery).data?.system_name;
  useEffect(() => {
    document.title = system ? `${title} · ${system}` : title;
  }, [title, system]);
  useEffect(() => {
    // A field that asked for the focus keeps it, and so does a dialog; what led here lets it go.
    if (!document.activeElement?.closest('main :is(input, textarea, select), [role=dialog]')) heading.current?.focus();
  }, []);
  return (
    <div className={classes.page} style={width ? { maxWidth: width, marginInline: 'auto' } : undefined}>
      <Group justify="space-between" mb="md" gap="sm" {...(unseen && { className: classes.unseen })}>
        <Title order={1} size="h3" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      <Stale />
      {children}
    </div>
  );
}
