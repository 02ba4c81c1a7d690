import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { quotaOf } from '@/lib/money';
import { AmountInput } from '@/ui/AmountInput';
import { useMoney } from '@/ui/Money';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';
import { type User, useUsers } from './queries';

/** Adds to a balance; what it says afterwards is in the account's log. */
export function TopUpDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation('user');
  const { topUp } = useUsers();
  const { perUnit, first } = useMoney();
  const { saved } = useSaved();
  const [amount, setAmount] = useState('10');
  const [remark, setRemark] = useState('');
  const quota = quotaOf(amount, perUnit);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!quota) return;
    topUp.mutate(
      { user_id: user.id, quota, remark },
      {
        onSuccess: () => {
          saved(t('toppedUp', { amount: first(quota), name: user.username }));
          onClose();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('topUpOf', { name: user.username })}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Problem error={topUp.error} />
          <Text>{t('balanceNow', { amount: first(user.quota) })}</Text>
          <AmountInput label={t('amount')} value={amount} onChange={setAmount} data-autofocus required />
          <TextInput label={t('remark')} value={remark} onChange={(event) => setRemark(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={topUp.isPending} disabled={!quota}>
              {t('topUp')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
