import { Button, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type Refusal, refusalOf } from '@/api/refusal';
import { Copy } from './Copy';
import { Countdown } from './Countdown';
import classes from './ui.module.css';

/** Why nothing is shown here, and what to do: one sentence, whatever happened. */
export function Failure({ error, onAgain }: { error: unknown; onAgain?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const refusal = refusalOf(error);
  const queries = useQueryClient();
  const again = onAgain ?? (() => void queries.refetchQueries({ type: 'active' }));
  return (
    <div className={classes.state} role="alert">
      <Text fw={600}>{headline(refusal, t)}</Text>
      {refusal.message && !refusal.offline && <Text>{refusal.message}</Text>}
      {refusal.retryAfter > 0 && <Countdown seconds={refusal.retryAfter} onEnd={again} />}
      <Group gap="xs">
        {refusal.forbidden || refusal.gone ? (
          <Button variant="default" component={Link} to="/">
            {t('home')}
          </Button>
        ) : (
          <Button variant="default" onClick={again}>
            {t('again')}
          </Button>
        )}
        {refusal.requestId && <Copy value={refusal.requestId} label={t('copyRequestId')} />}
      </Group>
    </div>
  );
}

function headline(refusal: Refusal, t: TFunction): string {
  if (refusal.offline) return t('failed.offline');
  if (refusal.status === 429) return t('failed.limited');
  if (refusal.forbidden) return t('failed.forbidden');
  if (refusal.gone) return t('failed.gone');
  return t('failed.other');
}
