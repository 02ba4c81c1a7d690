import { Alert, Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountKey, useOwner } from '@/api/account';
import { client, opened } from '@/api/client';
import { type ReceiptShown, receiptQuery } from '@/api/receipt';
import { ADMIN } from '@/lib/roles';
import { useMoney } from '@/ui/Money';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';

const LONGEST = 2000; // of a remark, as the server keeps it

type Props = { receipt: ReceiptShown };

/** That a charge was given back, to everybody who sees its receipt; else, to administrators, how to give it back. */
export function Refunding({ receipt }: Props) {
  const { t } = useTranslation('log');
  const admin = (useOwner()?.role ?? 0) >= ADMIN;
  const [asking, setAsking] = useState(false);
  if (receipt.refunded_by) return <Refunded receipt={receipt} admin={admin} />;
  if (!admin || receipt.quota <= 0) return null;
  return (
    <Group>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('refund.open')}
      </Button>
      {asking && <RefundDialog receipt={receipt} onClose={() => setAsking(false)} />}
    </Group>
  );
}

function Refunded({ receipt, admin }: Props & { admin: boolean }) {
  const { t } = useTranslation('log');
  const whose = admin ? { all: '1', user_id: String(receipt.user_id) } : {};
  return (
    <Alert color="blue" variant="light" role="status">
      {t('refund.refunded')}{' '}
      <Anchor inherit renderRoot={(props) => <Link {...props} to="/log" search={{ ...whose, type: '6' }} />}>
        {t('refund.entry')}
      </Anchor>
    </Alert>
  );
}

function RefundDialog({ receipt, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation('log');
  const { first, second } = useMoney();
  const { saved } = useSaved();
  const [remark, setRemark] = useState('');
  const refund = useRefund(receipt);
  const amount = `${first(receipt.quota)} (${second(receipt.quota)})`;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    refund.mutate(remark, {
      onSuccess: ({ repeated }) => {
        saved(t(repeated ? 'refund.repeated' : 'refund.done', { amount, name: receipt.username }));
        onClose();
      },
    });
  };
  return (
    <Modal opened onClose={onClose} title={t('refund.title')} closeButtonProps={{ 'aria-label': t('refund.cancel') }}>
      <form onSubmit={submit}>
        <Stack>
          <Problem error={refund.error} />
          <Text>{t('refund.text', { amount, name: receipt.username })}</Text>
          <TextInput
            label={t('refund.remark')}
            description={t('refund.seen', { name: receipt.username })}
            data-autofocus
            maxLength={LONGEST}
            value={remark}
            onChange={(event) => setRemark(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('refund.cancel')}
            </Button>
            <Button type="submit" loading={refund.isPending}>
              {t('refund.give')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Gives it back once; the receipt knows it from then on, and balances and lists are asked for anew. */
function useRefund({ request_id }: ReceiptShown) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (remark: string) =>
      opened(await client.POST('/api/log/refund', { body: { request_id, remark } })),
    onSuccess: ({ request_id: refunded_by }) => {
      queries.setQueryData(receiptQuery(request_id).queryKey, (known) => known && { ...known, refunded_by });
      for (const queryKey of [accountKey, ['log'], ['users'], ['summary']])
        void queries.invalidateQueries({ queryKey });
    },
  });
}
