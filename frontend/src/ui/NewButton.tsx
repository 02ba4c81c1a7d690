import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';

/** Leads to the form for a new one. */
export function NewButton({ to, children }: { to: LinkProps['to']; children: string }) {
  return (
    <Button renderRoot={(props) => <Link {...props} to={to} />} leftSection={<IconPlus size={16} aria-hidden />}>
      {children}
    </Button>
  );
}
