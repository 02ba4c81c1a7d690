import { Button, Checkbox, Group, Input, MultiSelect, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelsQuery } from '@/api/models';
import { quotaOf } from '@/lib/money';
import { KeySheet } from '@/ui/KeySheet';
import { LimitsEditor } from '@/ui/LimitsEditor';
import { Missing } from '@/ui/Loaded';
import { useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { refusedLimits, useLimitDrafts } from '@/ui/useLimitDrafts';
import { useRefused } from '@/ui/useRefused';
import { type Token, useTokens } from './queries';

const LIFE = { never: 0, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 } as const;
type Life = keyof typeof LIFE;

/** A new key: what it may spend, how long, and on what. Afterwards the key itself, once. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('token');
  const { create } = useTokens();
  const { perUnit } = useMoney();
  const models = useQuery(modelsQuery);
  const [life, setLife] = useState<Life>('never');
  const form = useForm({
    initialValues: { name: '', amount: '5', unlimited: false, models: [] as string[], subnet: '' },
    validate: {
      name: (name) => (name.trim() ? null : t('errors.name')),
      amount: (amount, { unlimited }) =>
        unlimited || quotaOf(amount, perUnit) !== undefined ? null : t('errors.amount'),
    },
  });
  const problem = useRefused(create.error, form);
  const limits = useLimitDrafts([]);
  const submit = form.onSubmit((values) => {
    const written = limits.read();
    if (!written) return;
    create.mutate({
      name: values.name.trim(),
      remain_quota: values.unlimited ? 0 : (quotaOf(values.amount, perUnit) ?? 0),
      unlimited_quota: values.unlimited,
      expired_time: life === 'never' ? -1 : Math.floor(Date.now() / 1000) + LIFE[life],
      models: values.models.join(','),
      subnet: values.subnet.trim(),
      limits: written.length ? written : null,
    });
  });
  const made: Token | undefined = create.data;
  return (
    <Page title={t('new')} width={640}>
      <form onSubmit={submit}>
        <Stack>
          <Missing queries={[models]} />
          <Problem error={problem} />
          <TextInput label={t('name')} required maxLength={30} autoFocus {...form.getInputProps('name')} />
          <TextInput
            label={t('amount')}
            description={t('amountHelp')}
            inputMode="decimal"
            disabled={form.values.unlimited}
            {...form.getInputProps('amount')}
          />
          <Checkbox label={t('unlimitedHelp')} {...form.getInputProps('unlimited', { type: 'checkbox' })} />
          <Input.Wrapper label={t('expires')} labelElement="div">
            <SegmentedControl
              fullWidth
              aria-label={t('expires')}
              value={life}
              onChange={(value) => setLife(value as Life)}
              data={(Object.keys(LIFE) as Life[]).map((value) => ({ value, label: t(`life.${value}`) }))}
            />
          </Input.Wrapper>
          <MultiSelect
            label={t('models')}
            description={t('modelsHelp')}
            data={models.data ?? []}
            searchable
            clearable
            limit={100}
            {...form.getInputProps('models')}
          />
          <details>
            <summary>{t('limits')}</summary>
            <LimitsEditor
              drafts={limits.drafts}
              onChange={limits.setDrafts}
              problems={limits.problems}
              refused={refusedLimits(create.error)}
            />
          </details>
          <TextInput label={t('networks')} description={t('networksHelp')} {...form.getInputProps('subnet')} />
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
      {made && <KeySheet token={made} onClose={onClose} />}
    </Page>
  );
}
