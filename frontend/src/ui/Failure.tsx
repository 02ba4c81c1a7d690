import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { type Refusal, refusalOf } from '@/api/refusal';
import { Copy } from './Copy';
import { Told } from './Told';
import classes from './ui.module.css';

/** Whether who was signed out signs in over the page: then nothing else says so. */
export const SignsInOver = createContext(false);

/** Where one goes on from what is not there or not for oneself; `name` is what the link says. */
export type Back = { to: string; name: string };

type Props = { error: unknown; onAgain?: (() => void) | undefined; back?: Back | undefined };

/** Why something is not shown, and what to do: one sentence, whatever happened. */
export function Failure({ error, onAgain, back }: Props) {
  const { t } = useTranslation();
  const refusal = refusalOf(error);
  const over = useContext(SignsInOver);
  if (refusal.signedOut && over) return null;
  return (
    <div className={classes.state} role="alert">
      <Told error={refusal} />
      <Group gap="xs">
        <Onwards refusal={refusal} onAgain={onAgain} back={back} />
        {refusal.requestId && <Copy value={refusal.requestId} label={t('copyRequestId')} />}
      </Group>
    </div>
  );
}

function Onwards({ refusal, onAgain, back }: { refusal: Refusal } & Omit<Props, 'error'>) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const here = useLocation({ select: ({ href }) => href });
  if (refusal.signedOut) {
    return (
      <Button component={Link} to="/login" search={{ next: here } as never}>
        {t('signIn')}
      </Button>
    );
  }
  if (refusal.forbidden || refusal.kind === 'gone') {
    return (
      <Button variant="default" component={Link} to={back?.to ?? '/'}>
        {back?.name ?? t('home')}
      </Button>
    );
  }
  if (refusal.retryAfter > 0) return null; // it goes on by itself
  const again = onAgain ?? (() => void queries.refetchQueries({ type: 'active' }));
  return (
    <Button variant="default" onClick={again}>
      {t('again')}
    </Button>
  );
}
