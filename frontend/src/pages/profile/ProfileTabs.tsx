import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './Profile.module.css';

const PARTS = { title: '/profile', security: '/profile/security', devices: '/profile/sessions' } as const;

/** The parts of the profile, each with an address of its own. */
export function ProfileTabs() {
  const { t } = useTranslation('profile');
  return (
    <nav aria-label={t('parts')} className={classes.tabs}>
      {(Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => (
        <Link key={part} to={PARTS[part]} activeOptions={{ exact: true }} className={classes.tab}>
          {t(part)}
        </Link>
      ))}
    </nav>
  );
}
