import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '@/api/client';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useMailing } from '@/ui/useMailing';
import { Human } from './Human';

/** Asks for a mail whose link chooses a new password. What is said is the same whether the address is known or not. */
export function Reset() {
  const { t } = useTranslation('signin');
  const [email, setEmail] = useState('');
  const [proof, setProof] = useState('');
  const mailing = useMailing(() =>
    client.GET('/api/reset_password', { params: { query: { email: email.trim(), turnstile: proof } } }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mailing.send();
  };
  return (
    <Page title={t('reset.title')} width={420}>
      <form onSubmit={submit}>
        <Stack>
          <Text>{t('reset.help')}</Text>
          <Problem error={mailing.error} />
          {mailing.sent && (
            <Alert color="green" variant="outline" role="status">
              {t('reset.sent')}
            </Alert>
          )}
          <TextInput
            type="email"
            label={t('mail')}
            autoComplete="email"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Human onProof={setProof} />
          <Button type="submit" loading={mailing.sending} disabled={mailing.left > 0}>
            {mailing.left > 0 ? t('sendAgainIn', { count: mailing.left }) : t('reset.submit')}
          </Button>
          <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/login" />}>
            {t('toLogin')}
          </Anchor>
        </Stack>
      </form>
    </Page>
  );
}
