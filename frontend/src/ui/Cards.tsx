import { Checkbox, Group } from '@mantine/core';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import type { RowsProps } from './ResourceTable';
import classes from './ui.module.css';

type Props<Row> = Omit<RowsProps<Row>, 'state' | 'onState'>;

/** The same rows where it is narrow: the first column is the heading, all actions stay. */
export function Cards<Row>({ rows, old, columns, idOf, nameOf, caption, dense, ...props }: Props<Row>) {
  const { t } = useTranslation();
  const { actions, selected, onSelected } = props;
  const [heading, ...facts] = columns;
  const chosen = new Set((selected ?? []).map(idOf));
  const toggle = (row: Row): void => {
    const others = (selected ?? []).filter((other) => idOf(other) !== idOf(row));
    onSelected?.(chosen.has(idOf(row)) ? others : [...others, row]);
  };
  return (
    <ul
      className={clsx(classes.cards, old && classes.old)}
      aria-label={caption}
      data-cards
      data-dense={dense || undefined}
    >
      {rows.map((row) => (
        <li key={idOf(row)} className={classes.card}>
          <Group justify="space-between" mb={6} wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              {onSelected && (
                <Checkbox
                  aria-label={t('select', { name: nameOf(row) })}
                  checked={chosen.has(idOf(row))}
                  disabled={Boolean(old)}
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
