import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, type Status, statusQuery } from '@/api/account';
import { client, opened } from '@/api/client';
import { useSignedIn } from '@/api/signing';
import { forgetInvitation, invitation } from '@/lib/invitation';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useMailing } from '@/ui/useMailing';
import { useRefused } from '@/ui/useRefused';
import { Elsewhere } from './Elsewhere';
import { Human } from './Human';
import { SecondFactor } from './SecondFactor';

type Props = { onSignedIn: () => void; onMade: () => void };

/** A new account, by the ways that the operator has opened. */
export function Register({ onSignedIn, onMade }: Props) {
  const { t } = useTranslation('signin');
  const query = useQuery(statusQuery);
  const [ticket, setTicket] = useState('');
  const known = useSignedIn();
  const enter = (account: Account): void => {
    known(account);
    onSignedIn();
  };
  return (
    <Page title={t('register.title')} width={420}>
      {ticket && <SecondFactor ticket={ticket} onSignedIn={enter} onBack={() => setTicket('')} />}
      {!ticket && (
        <Loaded query={query}>
          {(status) => (
            <Stack>
              {!status.register_enabled && <Text>{t('register.closed')}</Text>}
              {status.register_enabled && status.password_register && (
                <Form status={status} onSignedIn={enter} onMade={onMade} />
              )}
              {status.register_enabled && <Elsewhere onSecond={setTicket} onSignedIn={enter} />}
              <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/login" />}>
                {t('register.have')}
              </Anchor>
            </Stack>
          )}
        </Loaded>
      )}
    </Page>
  );
}

type FormProps = { status: Status; onSignedIn: (account: Account) => void; onMade: () => void };

/** Name and password; address and code where addresses are verified. Who made an account is in. */
function Form({ status, onSignedIn, onMade }: FormProps) {
  const { t } = useTranslation('signin');
  const [proof, setProof] = useState('');
  const form = useForm({
    initialValues: { username: '', password: '', email: '', verification_code: '' },
    validate: {
      username: (name) => (name.trim() ? null : t('register.nameWanted')),
      password: (password) => (fits(password) ? null : t('passwordRule')),
    },
  });
  const make = useMutation({
    mutationFn: async (): Promise<Account | undefined> => {
      const { username, ...rest } = form.values;
      const body = { ...rest, username: username.trim(), aff_code: invitation() };
      await client.POST('/api/user/register', { body, params: { query: { turnstile: proof } } });
      forgetInvitation();
      return entered(body.username, body.password);
    },
    onSuccess: (account) => (account ? onSignedIn(account) : onMade()),
  });
  const problem = useRefused(make.error, form);
  return (
    <form onSubmit={form.onSubmit(() => make.mutate())}>
      <Stack>
        <Problem error={problem} />
        <TextInput
          label={t('register.name')}
          description={t('register.nameHelp')}
          autoComplete="username"
          maxLength={12}
          required
          autoFocus
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('password')}
          description={t('passwordRule')}
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          {...form.getInputProps('password')}
        />
        {status.email_verification && (
          <>
            <Mail
              domains={status.email_domains}
              email={form.values.email}
              proof={proof}
              {...form.getInputProps('email')}
            />
            <TextInput
              label={t('register.code')}
              autoComplete="one-time-code"
              required
              {...form.getInputProps('verification_code')}
            />
          </>
        )}
        <Human onProof={setProof} />
        <Button type="submit" loading={make.isPending}>
          {t('register.submit')}
        </Button>
      </Stack>
    </form>
  );
}

export function fits(password: string): boolean {
  return password.length >= 8 && password.length <= 20;
}

/** Signs in with what was just chosen; nobody where that way is closed. */
async function entered(username: string, password: string): Promise<Account | undefined> {
  try {
    const answer = opened(await client.POST('/api/user/login', { body: { username, password } }));
    return 'ticket' in answer ? undefined : answer;
  } catch {
    return undefined;
  }
}

type MailProps = { domains: string[]; email: string; proof: string; onChange: (value: unknown) => void };

/** The address, and the mail with the code that proves it. */
function Mail({ domains, email, proof, ...field }: MailProps) {
  const { t } = useTranslation('signin');
  const mailing = useMailing(() =>
    client.GET('/api/verification', { params: { query: { email: email.trim(), turnstile: proof } } }),
  );
  return (
    <Stack gap="xs">
      <TextInput
        type="email"
        label={t('mail')}
        description={domains.length ? t('register.domains', { names: domains.join(', ') }) : undefined}
        autoComplete="email"
        required
        {...field}
      />
      <Problem error={mailing.error} />
      <Group>
        <Button
          size="xs"
          variant="default"
          loading={mailing.sending}
          disabled={!email.includes('@') || mailing.left > 0}
          onClick={mailing.send}
        >
          {mailing.left > 0 ? t('sendAgainIn', { count: mailing.left }) : t('register.send')}
        </Button>
        <Text size="sm" role="status">
          {mailing.sent ? t('register.sent') : ''}
        </Text>
      </Group>
    </Stack>
  );
}
