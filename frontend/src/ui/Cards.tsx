import { Checkbox, Group, Skeleton } from '@mantine/core';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import type { RowsProps } from './ResourceTable';
import classes from './ui.module.css';

/** The same rows where it is narrow: the first column is the heading, all actions stay. */
export function Cards<Row>({
  query,
  columns,
  idOf,
  nameOf,
  actions,
  selected,
  onSelected,
  caption,
  dense,
}: RowsProps<Row>) {
  const { t } = useTranslation();
  if (!query.data) return <Skeleton height={240} />;
  const [heading, ...facts] = columns;
  const chosen = new Set((selected ?? []).map(idOf));
  const toggle = (row: Row): void => {
    const others = (selected ?? []).filter((other) => idOf(other) !== idOf(row));
    onSelected?.(chosen.has(idOf(row)) ? others : [...others, row]);
  };
  return (
    <ul
      className={clsx(classes.cards, query.isPlaceholderData && classes.old)}
      aria-label={caption}
      data-cards
      data-dense={dense || undefined}
    >
      {query.data.rows.map((row) => (
        <li key={idOf(row)} className={classes.card}>
          <Group justify="space-between" mb={6} wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              {onSelected && (
                <Checkbox
                  aria-label={t('select', { name: nameOf(row) })}
                  checked={chosen.has(idOf(row))}
                  onChange={() => toggle(row)}
                />
              )}
              <strong>{heading?.render(row)}</strong>
            </Group>
            {actions?.(row)}
          </Group>
          <dl className={classes.facts}>
            {facts.map(({ id, title, render }) => (
              <div key={id} style={{ display: 'contents' }}>
                <dt>{title}</dt>
                <dd>{render(row)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
