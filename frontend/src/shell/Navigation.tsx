import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { groupsFor } from './navigation';
import classes from './Shell.module.css';

export function Navigation({ role, narrow, onChosen }: { role: number; narrow: boolean; onChosen?: () => void }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('menu')} className={clsx(classes.bar, narrow && classes.narrow)}>
      <div className={classes.places}>
        {groupsFor(role).map(([group, places]) => (
          <div key={group}>
            {!narrow && <div className={classes.group}>{t(`groups.${group}`)}</div>}
            {places.map(({ to, name, icon: Icon }) => (
              <Link key={to} to={to} className={classes.place} onClick={onChosen}>
                <Icon size={18} stroke={1.6} aria-hidden />
                {t(`places.${name}`)}
              </Link>
            ))}
          </div>
        ))}
      </div>
    </nav>
  );
}
