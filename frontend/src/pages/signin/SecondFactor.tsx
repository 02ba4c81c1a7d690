import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '@/api/account';
import { client, opened } from '@/api/client';
import { Problem } from '@/ui/Problem';

type Props = { ticket: string; onSignedIn: (account: Account) => void; onBack: () => void };

/** Six digits of an app, or one of the backup codes. */
export function SecondFactor({ ticket, onSignedIn, onBack }: Props) {
  const { t } = useTranslation('signin');
  const [code, setCode] = useState('');
  const attempt = useMutation({
    mutationFn: async () => opened(await client.POST('/api/user/login/2fa', { body: { ticket, code: code.trim() } })),
    onSuccess: onSignedIn,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('secondHelp')}</Text>
        <Problem error={attempt.error} />
        <TextInput
          label={t('code')}
          autoComplete="one-time-code"
          inputMode="numeric"
          autoFocus
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t('back')}
          </Button>
          <Button type="submit" loading={attempt.isPending}>
            {t('submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
