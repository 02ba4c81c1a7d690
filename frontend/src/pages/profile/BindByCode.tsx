import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountKey } from '@/api/account';
import { client } from '@/api/client';
import { confirmed } from '@/ui/confirmIdentity';
import { Problem } from '@/ui/Problem';
import { useMailing } from '@/ui/useMailing';
import { useSaved } from '@/ui/useSaved';

/** A mail address, proved by a code that is sent there. */
export function BindMail({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('profile');
  const [email, setEmail] = useState('');
  const mailing = useMailing(() => client.GET('/api/verification', { params: { query: { email } } }));
  const bind = useBinding(
    (code) => client.GET('/api/oauth/email/bind', { params: { query: { email, code } } }),
    onClose,
  );
  return (
    <ByCode bind={bind} onClose={onClose} problem={mailing.error}>
      <TextInput
        type="email"
        label={t('bindings.mail')}
        required
        autoComplete="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Group>
        <Button
          size="xs"
          variant="default"
          disabled={!email.includes('@') || mailing.left > 0}
          loading={mailing.sending}
          onClick={mailing.send}
        >
          {mailing.left ? t('bindings.sentWait', { count: mailing.left }) : t('bindings.send')}
        </Button>
      </Group>
    </ByCode>
  );
}

/** WeChat: who follows the account is given a code there. */
export function BindWeChat({ picture, onClose }: { picture: string; onClose: () => void }) {
  const { t } = useTranslation('profile');
  const bind = useBinding((code) => client.GET('/api/oauth/wechat/bind', { params: { query: { code } } }), onClose);
  return (
    <ByCode bind={bind} onClose={onClose}>
      <Text>{t('bindings.wechatHelp')}</Text>
      {picture && <img src={picture} alt={t('bindings.wechatPicture')} width={200} />}
    </ByCode>
  );
}

function useBinding(act: (code: string) => Promise<unknown>, onDone: () => void) {
  const queries = useQueryClient();
  const { saved } = useSaved();
  return useMutation({
    mutationFn: (code: string) => confirmed(() => act(code)),
    onSuccess: () => {
      saved();
      void queries.invalidateQueries({ queryKey: accountKey });
      onDone();
    },
  });
}

type Props = {
  bind: ReturnType<typeof useBinding>;
  problem?: Error | null;
  onClose: () => void;
  children: ReactNode;
};

function ByCode({ bind, problem, onClose, children }: Props) {
  const { t } = useTranslation('profile');
  const [code, setCode] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    bind.mutate(code.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {children}
        <Problem error={bind.error ?? problem ?? null} />
        <TextInput
          label={t('bindings.code')}
          required
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" size="xs" loading={bind.isPending}>
            {t('bindings.bind')}
          </Button>
          <Button size="xs" variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
