import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { saveExport } from '@/api/exports';
import { useSaved } from './useSaved';

type Props = { path: string; name: string; query?: Record<string, string | number | undefined>; children: string };

/** Saves what a list shows, all pages of it, as a file. */
export function ExportButton({ path, name, query, children }: Props) {
  const { failed } = useSaved();
  const save = useMutation({ mutationFn: () => saveExport(path, name, query), onError: failed });
  return (
    <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
      {children}
    </Button>
  );
}
