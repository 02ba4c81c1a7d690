import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { freshReceiptQuery } from '@/api/receipt';
import { relayAddress } from '@/lib/address';
import { ask } from '@/lib/relay';
import { Problem } from '@/ui/Problem';
import { Charged, Terms } from '@/ui/ReceiptTerms';
import classes from '@/ui/ui.module.css';

const MOST = 200;

/** One question with the new key; the answer as it comes, and then what it cost. */
export function FirstRequest({ secret, model }: { secret: string; model: string }) {
  const { t } = useTranslation('welcome');
  const base = relayAddress(useQuery(statusQuery).data);
  const queries = useQueryClient();
  const [answer, setAnswer] = useState('');
  const [request, setRequest] = useState('');
  const sending = useMutation({
    mutationFn: () => {
      setAnswer('');
      setRequest('');
      const question = {
        model,
        system: '',
        most: MOST,
        messages: [{ role: 'user' as const, text: t('first.question') }],
      };
      return ask({ base, key: `sk-${secret}` }, 'chat', question, {
        signal: new AbortController().signal,
        onText: (more) => setAnswer((before) => before + more),
        onRequest: (told) => setRequest(told.request),
      });
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['summary'] }),
  });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('first.title')}
      </Title>
      <Text>{t('first.help', { question: t('first.question'), model })}</Text>
      <Group>
        <Button loading={sending.isPending} onClick={() => sending.mutate()}>
          {t('first.send')}
        </Button>
      </Group>
      <Problem error={sending.error} />
      <div aria-live="polite">{answer && <div className={classes.said}>{answer}</div>}</div>
      {sending.isSuccess && request && <Cost request={request} />}
    </Stack>
  );
}

/** The receipt opens beneath the answer. */
function Cost({ request }: { request: string }) {
  const { t } = useTranslation('welcome');
  const receipt = useQuery(freshReceiptQuery(request));
  return (
    <section aria-labelledby="first-cost">
      <Title order={3} size="h5" mb="xs" id="first-cost">
        {t('first.cost')}
      </Title>
      <Problem error={receipt.error} />
      {receipt.data && (
        <Stack gap="sm">
          <Charged receipt={receipt.data} />
          <Terms receipt={receipt.data} />
          <Group>
            <Anchor renderRoot={(props) => <Link {...props} to="/log/$request" params={{ request }} />}>
              {t('first.receipt')}
            </Anchor>
            <Anchor renderRoot={(props) => <Link {...props} to="/dashboard" />}>{t('first.on')}</Anchor>
          </Group>
        </Stack>
      )}
    </section>
  );
}
