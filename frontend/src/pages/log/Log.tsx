import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import { ADMIN } from '@/lib/roles';
import { ExportButton } from '@/ui/ExportButton';
import { Page } from '@/ui/Page';
import { Entries, Sum } from './Entries';
import { Purge } from './Purge';
import { filters, type LogState } from './queries';

type Props = { state: LogState; onState: (state: LogState) => void };

/** What was asked and what it cost, newest first. */
export function Log({ state, onState }: Props) {
  const { t } = useTranslation('log');
  const [live, setLive] = useState(false);
  const [adds, setAdds] = useState(false);
  const [purging, setPurging] = useState(false);
  const admin = (useQuery(accountQuery).data?.role ?? 0) >= ADMIN;
  const { username, channel, user_id } = state;
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Sum state={state} asked={adds} onAsk={() => setAdds(true)} />
          <Switch label={t('live')} checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />
          <ExportButton
            path={state.all ? '/api/log/export' : '/api/log/self/export'}
            name="log.csv"
            query={{ ...filters(state), ...(state.all && { username, channel, user_id }) }}
          >
            {t('export')}
          </ExportButton>
          {admin && state.all && (
            <Button variant="default" onClick={() => setPurging(true)}>
              {t('purge.open')}
            </Button>
          )}
        </>
      }
    >
      <Entries state={state} onState={onState} live={live} counts={adds && !live} />
      {purging && <Purge onClose={() => setPurging(false)} />}
    </Page>
  );
}
