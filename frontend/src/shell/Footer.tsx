import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { OneApi } from '@/ui/OneApi';
import { Written } from '@/ui/Written';
import classes from './Shell.module.css';

/** What the operator wrote for below every page; and what this is, which no operator takes away. */
export function Footer() {
  const { t } = useTranslation('shell');
  const status = useQuery(statusQuery).data;
  return (
    <footer className={classes.footer}>
      {status?.footer_html && <Written text={status.footer_html} title={t('footer.operators')} />}
      <p>
        <OneApi sentence={t('footer.what', { name: `One API Serverless ${status?.build ?? ''}`.trim() })} />{' '}
        <Anchor inherit component={Link} to="/about">
          {t('footer.about')}
        </Anchor>
      </p>
    </footer>
  );
}
