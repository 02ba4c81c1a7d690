import { Anchor, Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, statusQuery } from '@/api/account';
import { client, opened, type Schemas } from '@/api/client';
import { useSignedIn } from '@/api/signing';
import { canPasskeys, signWithPasskey } from '@/lib/passkeys';
import { Problem } from '@/ui/Problem';
import { Elsewhere } from './Elsewhere';
import { SecondFactor } from './SecondFactor';

type Props = { onSignedIn: (account: Account) => void };

/** Every way in that is open, and the second factor where the account has one. */
export function SignIn({ onSignedIn }: Props) {
  const [ticket, setTicket] = useState('');
  const status = useQuery(statusQuery).data;
  const known = useSignedIn();
  const done = (account: Account): void => {
    known(account);
    onSignedIn(account);
  };
  if (ticket) return <SecondFactor ticket={ticket} onSignedIn={done} onBack={() => setTicket('')} />;
  return (
    <Stack>
      {status?.password_login !== false && <Password onSecond={setTicket} onSignedIn={done} />}
      <Passkey onSignedIn={done} />
      <Elsewhere onSecond={setTicket} onSignedIn={done} />
      <Group justify="space-between">
        {status?.register_enabled && <Way to="/register" />}
        {status?.password_login !== false && <Way to="/reset" />}
      </Group>
    </Stack>
  );
}

function Way({ to }: { to: '/register' | '/reset' }) {
  const { t } = useTranslation('signin');
  return (
    <Anchor size="sm" renderRoot={(props) => <Link {...props} to={to} />}>
      {t(to === '/register' ? 'toRegister' : 'toReset')}
    </Anchor>
  );
}

function Password({ onSecond, onSignedIn }: Props & { onSecond: (ticket: string) => void }) {
  const { t } = useTranslation('signin');
  const form = useForm({ initialValues: { username: '', password: '' } });
  const attempt = useMutation({
    mutationFn: async (body: Schemas['Credentials']) => opened(await client.POST('/api/user/login', { body })),
    onSuccess: (answer) => {
      if ('ticket' in answer) onSecond(answer.ticket);
      else onSignedIn(answer);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => attempt.mutate(values))}>
      <Stack>
        <Problem error={attempt.error} />
        <TextInput
          label={t('name')}
          autoComplete="username webauthn"
          required
          autoFocus
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={attempt.isPending}>
          {t('submit')}
        </Button>
      </Stack>
    </form>
  );
}

function Passkey({ onSignedIn }: Props) {
  const { t } = useTranslation('signin');
  const offered = useQuery(statusQuery).data?.passkey_login && canPasskeys();
  const attempt = useMutation({
    mutationFn: async () => {
      const begun = opened(await client.POST('/api/user/passkey/login/begin'));
      const signed = await signWithPasskey(begun.publicKey);
      return signed && opened(await client.POST('/api/user/passkey/login/finish', { body: signed as never }));
    },
    onSuccess: (account) => account && onSignedIn(account),
  });
  if (!offered) return null;
  return (
    <>
      <Problem error={attempt.error} />
      <Button variant="default" loading={attempt.isPending} onClick={() => attempt.mutate()}>
        {t('passkey')}
      </Button>
    </>
  );
}
