import { Button, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ui.module.css';

type Props = { count: number; onClear: () => void; children: ReactNode };

/** What is done with the selected rows, on whatever pages they are; there only while some are. Esc lets them go. */
export function BulkBar({ count, onClear, children }: Props) {
  const { t } = useTranslation();
  const leave = (): void => {
    // What stands over the page is closed first.
    if (!document.activeElement?.closest('[role=dialog], [role=menu], [aria-expanded=true]')) onClear();
  };
  useHotkeys([['Escape', leave]], ['TEXTAREA']);
  if (count === 0) return null;
  return (
    <section className={classes.bulk} aria-label={t('bulk')} data-bulk>
      <Text size="sm" role="status">
        {t('selected', { count })}
      </Text>
      {children}
      <Button size="xs" variant="subtle" onClick={onClear} data-clear>
        {t('clear')}
      </Button>
    </section>
  );
}
