import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '@/api/client';
import { refusalOf } from '@/api/refusal';
import { Problem } from './Problem';

/** Does something that wants a recent sign-in; where it was too long ago the person shows who they are, and it is done. */
export async function confirmed<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (refusalOf(error).code !== 'unconfirmed') throw error;
    await asked(error as Error);
    return act();
  }
}

function asked(refused: Error): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = false;
    modals.open({
      modalId: 'identity',
      children: (
        <Identity
          onConfirmed={() => {
            done = true;
            modals.close('identity');
            resolve();
          }}
        />
      ),
      lockScroll: false,
      onClose: () => {
        if (!done) reject(refused);
      },
      withCloseButton: false,
    });
  });
}

function Identity({ onConfirmed }: { onConfirmed: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => client.POST('/api/user/confirm', { body: { password, code: code.trim() } }),
    onSuccess: onConfirmed,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('identity.why')}</Text>
        <Problem error={confirm.error} />
        <PasswordInput
          label={t('identity.password')}
          autoComplete="current-password"
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('identity.show') }}
        />
        <TextInput
          label={t('identity.code')}
          autoComplete="one-time-code"
          inputMode="numeric"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => modals.close('identity')}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={!password && !code}>
            {t('confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
