import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './ui.module.css';

const ROWS = ['1', '2', '3', '4', '5', '6', '7', '8'];

/** Where something is going to be: lines in grey, and not before it has taken a moment. */
export function Waiting() {
  const { t } = useTranslation('failed');
  return (
    <div className={classes.waiting} role="status" aria-label={t('loading')}>
      {ROWS.map((row) => (
        <Skeleton key={row} h={28} />
      ))}
    </div>
  );
}
