import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, statusQuery } from '@/api/account';
import { client, opened } from '@/api/client';
import { useLeaving } from '@/api/leaving';
import { offered } from '@/lib/elsewhere';
import { Problem } from '@/ui/Problem';

type Props = { onSecond: (ticket: string) => void; onSignedIn: (account: Account) => void };

/** The accounts elsewhere that the gateway takes. */
export function Elsewhere(to: Props) {
  const { t } = useTranslation('signin');
  const status = useQuery(statusQuery).data;
  const leave = useLeaving(status);
  return (
    <>
      <Problem error={leave.error} />
      {offered(status).map((name) => (
        <Button
          key={name}
          variant="default"
          loading={leave.isPending && leave.variables === name}
          onClick={() => leave.mutate(name)}
        >
          {t(`with.${name}`)}
        </Button>
      ))}
      {status?.wechat_login && <WeChat picture={status.wechat_qrcode} {...to} />}
    </>
  );
}

/** WeChat: who follows the account is given a code there. */
function WeChat({ picture, onSecond, onSignedIn }: Props & { picture: string }) {
  const { t } = useTranslation('signin');
  const [opening, setOpening] = useState(false);
  const [code, setCode] = useState('');
  const attempt = useMutation({
    mutationFn: async () => opened(await client.GET('/api/oauth/wechat', { params: { query: { code: code.trim() } } })),
    onSuccess: (answer) => ('ticket' in answer ? onSecond(answer.ticket) : onSignedIn(answer)),
  });
  if (!opening) {
    return (
      <Button variant="default" onClick={() => setOpening(true)}>
        {t('with.wechat')}
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text>{t('wechat.help')}</Text>
        {picture && <img src={picture} alt={t('wechat.picture')} width={200} />}
        <Problem error={attempt.error} />
        <TextInput
          label={t('wechat.code')}
          autoComplete="one-time-code"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={attempt.isPending}>
            {t('with.wechat')}
          </Button>
          <Button variant="default" onClick={() => setOpening(false)}>
            {t('back')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
