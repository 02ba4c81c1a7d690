import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { quotaOf } from '@/lib/money';
import { AmountInput } from '@/ui/AmountInput';
import { Copy } from '@/ui/Copy';
import { useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';
import { useRefused } from '@/ui/useRefused';
import { useCodes } from './queries';

const MOST = 100; // the server's limit

/** New codes: what each is worth and how many; then all of them, to hand out. */
export function NewCodes({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('redemption');
  const { create } = useCodes();
  const { perUnit } = useMoney();
  const form = useForm({
    initialValues: { name: '', amount: '5', count: 1 },
    validate: {
      name: (name) => (name.trim() ? null : t('errors.name')),
      amount: (amount) => (quotaOf(amount, perUnit) ? null : t('errors.amount')),
    },
  });
  const submit = form.onSubmit(({ name, amount, count }) =>
    create.mutate({ name: name.trim(), quota: quotaOf(amount, perUnit) ?? 0, count }),
  );
  return (
    <Page title={t('new')} width={640}>
      <form onSubmit={submit}>
        <Stack>
          <Problem error={useRefused(create.error, form)} />
          <TextInput label={t('name')} required maxLength={20} autoFocus {...form.getInputProps('name')} />
          <AmountInput
            label={t('amountEach')}
            required
            value={form.values.amount}
            error={form.errors.amount}
            onChange={(amount) => form.setFieldValue('amount', amount)}
          />
          <NumberInput label={t('count')} min={1} max={MOST} allowDecimal={false} {...form.getInputProps('count')} />
          <Group>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
      {create.data && <Sheet codes={create.data} name={form.values.name} onClose={onClose} />}
    </Page>
  );
}

function Sheet({ codes, name, onClose }: { codes: string[]; name: string; onClose: () => void }) {
  const { t } = useTranslation('redemption');
  const all = codes.join('\n');
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('sheet', { count: codes.length })}
      closeButtonProps={{ 'aria-label': t('done') }}
    >
      <Stack>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls by keyboard */}
        <section className={classes.code} tabIndex={0} aria-label={t('title')} translate="no">
          {all}
        </section>
        <Group>
          <Copy value={all} />
          <Button size="xs" variant="default" onClick={() => download(`${name || 'codes'}.txt`, all)}>
            {t('download')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('again')}
          </Text>
        </Group>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
