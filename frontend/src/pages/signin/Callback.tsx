import { Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, accountKey, accountQuery, statusQuery } from '@/api/account';
import { client, type Schemas } from '@/api/client';
import { useLeaving } from '@/api/leaving';
import { Refusal } from '@/api/refusal';
import { useSignedIn } from '@/api/signing';
import type { ProviderName } from '@/lib/elsewhere';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { SecondFactor } from './SecondFactor';

export type Brought = { code?: string; state?: string; error?: string };
type Props = { provider: ProviderName; brought: Brought; onSignedIn: () => void; onBound: () => void };
type Came = { bound: true } | { ticket: string } | { account: Account };

/** Back from an account elsewhere: signed in, asked for the second factor, bound, or told why not and how to go on. */
export function Callback({ provider, brought, onSignedIn, onBound }: Props) {
  const { t } = useTranslation('signin');
  const [left, setLeft] = useState(false);
  const known = useSignedIn();
  const queries = useQueryClient();
  const { data: came, error } = useQuery({
    queryKey: ['came-back', provider, brought.state],
    queryFn: () => redeem(provider, brought),
    retry: false,
    // A code and a state are good once.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const enter = (account: Account): void => {
    known(account);
    onSignedIn();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the answer is there
  useEffect(() => {
    if (!came) return;
    if ('account' in came) enter(came.account);
    if ('bound' in came) {
      void queries.invalidateQueries({ queryKey: accountKey });
      onBound();
    }
  }, [came]);
  return (
    <Page title={t(`with.${provider}`)} width={420}>
      {error || left ? <TurnedAway provider={provider} error={error} /> : null}
      {!error && !came && <Loader role="status" aria-label={t('waiting')} />}
      {came && 'ticket' in came && !left && (
        <SecondFactor ticket={came.ticket} onSignedIn={enter} onBack={() => setLeft(true)} />
      )}
    </Page>
  );
}

async function redeem(provider: ProviderName, { code = '', state = '', error }: Brought): Promise<Came> {
  if (error) throw new Refusal(error);
  const path = `/api/oauth/${provider}` as '/api/oauth/github';
  const { data } = await client.GET(path, { params: { query: { code, state } } });
  const told = data as { message: string; data?: Account | Schemas['SecondStep'] };
  if (told.message === 'bind' || !told.data) return { bound: true };
  return 'ticket' in told.data ? { ticket: told.data.ticket } : { account: told.data };
}

function TurnedAway({ provider, error }: { provider: ProviderName; error: Error | null }) {
  const { t } = useTranslation('signin');
  const signed = useQuery(accountQuery).data;
  const leave = useLeaving(useQuery(statusQuery).data);
  return (
    <Stack>
      <Problem error={error} />
      <Text>{t('turnedAwayHelp')}</Text>
      <Group>
        <Button loading={leave.isPending} onClick={() => leave.mutate(provider)}>
          {t('again')}
        </Button>
        <Anchor renderRoot={(props) => <Link {...props} to={signed ? '/profile/security' : '/login'} />}>
          {t(signed ? 'toProfile' : 'toLogin')}
        </Anchor>
      </Group>
    </Stack>
  );
}
