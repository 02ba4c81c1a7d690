import { Anchor, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountKey, statusQuery, useOwner } from '@/api/account';
import { client, opened, type Schemas } from '@/api/client';
import { Copy } from '@/ui/Copy';
import { Loaded } from '@/ui/Loaded';
import { Money, useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
import { useSaved } from '@/ui/useSaved';

/** The balance, and the ways to more of it. */
export function TopUp() {
  const { t } = useTranslation('topup');
  const account = useOwner();
  const link = useQuery(statusQuery).data?.top_up_link;
  if (!account) return null;
  return (
    <Page title={t('title')} width={640}>
      <Stack gap="xl">
        <Stack gap={4}>
          <Text size="xl" fw={600}>
            <Money quota={account.quota} />
          </Text>
          <Text c="dimmed">
            {t('used')} <Money quota={account.used_quota} />
          </Text>
        </Stack>
        <Redeem />
        <Group>
          {link && (
            <Button component="a" href={link} target="_blank" rel="noreferrer" variant="default">
              {t('buy')}
            </Button>
          )}
          <Anchor renderRoot={(props) => <Link {...props} to="/log" search={{ type: '1' }} />}>{t('history')}</Anchor>
        </Group>
        <Invitation />
      </Stack>
    </Page>
  );
}

function Redeem() {
  const { t } = useTranslation('topup');
  const queries = useQueryClient();
  const { saved } = useSaved();
  const { first } = useMoney();
  const [code, setCode] = useState('');
  const redeem = useMutation({
    mutationFn: async (key: string) => opened(await client.POST('/api/user/topup', { body: { key } })),
    onSuccess: (quota) => {
      setCode('');
      saved(t('added', { amount: first(quota) }));
      void queries.invalidateQueries({ queryKey: accountKey });
      void queries.invalidateQueries({ queryKey: ['log'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    redeem.mutate(code.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Problem error={redeem.error} />
        <TextInput
          label={t('code')}
          description={t('codeHelp')}
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={redeem.isPending}>
            {t('redeem')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The link that brings others here, and what came of it. */
function Invitation() {
  const query = useQuery({
    queryKey: ['invitation'],
    queryFn: async ({ signal }) => opened(await client.GET('/api/user/aff/summary', { signal })),
  });
  return <Loaded query={query}>{(invitation) => <Inviting invitation={invitation} />}</Loaded>;
}

function Inviting({ invitation: { code, came, earned } }: { invitation: Schemas['Invitation'] }) {
  const { t } = useTranslation('topup');
  const { first } = useMoney();
  const link = `${window.location.origin}/register?aff=${code}`; // this page is where the site is
  return (
    <section aria-labelledby="invitation">
      <Stack gap="xs">
        <Title order={2} size="h4" id="invitation">
          {t('invitation')}
        </Title>
        <Text>{t('invite')}</Text>
        <Group>
          <code className={classes.mono}>{link}</code>
          <Copy value={link} />
        </Group>
        <Text c="dimmed">{came ? t('came', { count: came, amount: first(earned) }) : t('nobody')}</Text>
      </Stack>
    </section>
  );
}
