import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, accountKey, statusQuery } from '@/api/account';
import { client } from '@/api/client';
import { useLeaving } from '@/api/leaving';
import { offered, type ProviderName } from '@/lib/elsewhere';
import { confirmDanger } from '@/ui/confirm';
import { confirmed } from '@/ui/confirmIdentity';
import { useSaved } from '@/ui/useSaved';
import { BindMail, BindWeChat } from './BindByCode';

const HELD = { github: 'github_id', lark: 'lark_id', oidc: 'oidc_id', wechat: 'wechat_id' } as const;
type Way = keyof typeof HELD;
const WAYS = Object.keys(HELD) as Way[];

/** Other ways in: a mail address, and accounts elsewhere that the gateway takes or that are bound already. */
export function Bindings({ account }: { account: Account }) {
  const { t } = useTranslation('profile');
  const status = useQuery(statusQuery).data;
  const [opened, setOpened] = useState<'mail' | 'wechat'>();
  const open: Way[] = [...offered(status), ...(status?.wechat_login ? (['wechat'] as const) : [])];
  const close = (): void => setOpened(undefined);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {t('bindings.title')}
      </Title>
      <Group justify="space-between">
        <Text>{account.email ? t('bindings.mailIs', { mail: account.email }) : t('bindings.noMail')}</Text>
        <Button size="xs" variant="default" onClick={() => setOpened('mail')}>
          {t(account.email ? 'bindings.changeMail' : 'bindings.addMail')}
        </Button>
      </Group>
      {opened === 'mail' && <BindMail onClose={close} />}
      {WAYS.filter((way) => open.includes(way) || account[HELD[way]]).map((way) => (
        <One
          key={way}
          way={way}
          bound={Boolean(account[HELD[way]])}
          onCode={way === 'wechat' ? () => setOpened('wechat') : undefined}
        />
      ))}
      {opened === 'wechat' && <BindWeChat picture={status?.wechat_qrcode ?? ''} onClose={close} />}
    </Stack>
  );
}

type OneProps = { way: Way; bound: boolean; onCode: (() => void) | undefined };

function One({ way, bound, onCode }: OneProps) {
  const { t } = useTranslation('profile');
  const leave = useLeaving(useQuery(statusQuery).data);
  const unbind = useUnbinding(way);
  const name = t(`bindings.ways.${way}`);
  const ask = (): void =>
    confirmDanger({
      title: t('bindings.unbindTitle', { name }),
      text: t('bindings.unbindText'),
      action: t('bindings.unbind'),
      onConfirm: () => unbind.mutate(),
    });
  return (
    <Group justify="space-between">
      <Text>{t(bound ? 'bindings.bound' : 'bindings.unbound', { name })}</Text>
      {bound ? (
        <Button size="xs" variant="default" aria-label={`${t('bindings.unbind')}: ${name}`} onClick={ask}>
          {t('bindings.unbind')}
        </Button>
      ) : (
        <Button
          size="xs"
          variant="default"
          loading={leave.isPending}
          aria-label={`${t('bindings.bind')}: ${name}`}
          onClick={onCode ?? (() => leave.mutate(way as ProviderName))}
        >
          {t('bindings.bind')}
        </Button>
      )}
    </Group>
  );
}

function useUnbinding(name: Way) {
  const queries = useQueryClient();
  const { saved, failed } = useSaved();
  return useMutation({
    mutationFn: () => confirmed(() => client.DELETE('/api/oauth/{name}/bind', { params: { path: { name } } })),
    onSuccess: () => {
      saved();
      void queries.invalidateQueries({ queryKey: accountKey });
    },
    onError: failed,
  });
}
