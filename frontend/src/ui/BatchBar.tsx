import { Button } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { BulkBar } from './BulkBar';
import { confirmDanger, typedFor } from './confirm';
import { useSaved } from './useSaved';

type Asked = { ids: number[]; action: Schemas['ManyRows']['action'] };

type Props<Row extends { id: number }> = {
  rows: Row[];
  nameOf: (row: Row) => string;
  /** Called with those it could not be done to. */
  onDone: (left?: Row[]) => void;
  many: UseMutationResult<Schemas['DoneToMany'], Error, Asked>;
};

/** Switches and deletes many at once; those it could not be done to stay selected. */
export function BatchBar<Row extends { id: number }>({ rows, nameOf, onDone, many }: Props<Row>) {
  const { t } = useTranslation();
  const { saved, failed } = useSaved();
  const act = (action: Asked['action']): void =>
    many.mutate(
      { ids: rows.map(({ id }) => id), action },
      {
        onSuccess: (result) => {
          saved(t('doneToMany', { count: result.done.length, all: rows.length }));
          const [first] = result.failed;
          if (first) failed(new Error(first.message));
          onDone(rows.filter(({ id }) => result.failed.some((left) => left.id === id)));
        },
        onError: failed,
      },
    );
  const remove = (): void =>
    confirmDanger({
      title: t('deleteMany', { count: rows.length }),
      text: rows.map(nameOf).join(', '),
      action: t('delete'),
      typed: typedFor(rows.length),
      onConfirm: () => act('delete'),
    });
  return (
    <BulkBar count={rows.length} onClear={() => onDone()}>
      <Button size="xs" variant="default" loading={many.isPending} onClick={() => act('enable')}>
        {t('enable')}
      </Button>
      <Button size="xs" variant="default" loading={many.isPending} onClick={() => act('disable')}>
        {t('disable')}
      </Button>
      <Button size="xs" color="red" variant="outline" onClick={remove}>
        {t('delete')}
      </Button>
    </BulkBar>
  );
}
