import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { client } from '@/api/client';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useRefused } from '@/ui/useRefused';
import { fits } from './Register';

type Props = { email: string; token: string };

/** Where the link of the mail leads: the new password, chosen by who reads the mail. */
export function NewPassword({ email, token }: Props) {
  const { t } = useTranslation('signin');
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (password) => (fits(password) ? null : t('passwordRule')) },
  });
  const choose = useMutation({
    mutationFn: (password: string) => client.POST('/api/user/reset', { body: { email, token, password } }),
  });
  const problem = useRefused(choose.error, form);
  return (
    <Page title={t('reset.choose')} width={420}>
      {!email || !token ? (
        <Ways text={t('reset.incomplete')} to="/reset" name={t('reset.again')} />
      ) : choose.isSuccess ? (
        <Ways text={t('reset.done')} to="/login" name={t('toLogin')} good />
      ) : (
        <form onSubmit={form.onSubmit(({ password }) => choose.mutate(password))}>
          <Stack>
            <Problem error={problem} />
            {/* So that password managers know whose password it is. */}
            <TextInput type="email" label={t('mail')} autoComplete="username" readOnly value={email} />
            <PasswordInput
              label={t('reset.password')}
              description={t('passwordRule')}
              autoComplete="new-password"
              required
              autoFocus
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={choose.isPending}>
              {t('reset.set')}
            </Button>
            {choose.isError && <Away to="/reset" name={t('reset.again')} />}
          </Stack>
        </form>
      )}
    </Page>
  );
}

type WaysProps = { text: string; to: '/reset' | '/login'; name: string; good?: boolean };

function Ways({ text, good, ...away }: WaysProps) {
  return (
    <Stack>
      <Alert color={good ? 'green' : 'orange'} variant="outline" role="status">
        <Text>{text}</Text>
      </Alert>
      <Away {...away} />
    </Stack>
  );
}

function Away({ to, name }: Pick<WaysProps, 'to' | 'name'>) {
  return <Anchor renderRoot={(props) => <Link {...props} to={to} />}>{name}</Anchor>;
}
