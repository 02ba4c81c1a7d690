import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { quotaOf } from '@/lib/money';
import { AmountInput } from '@/ui/AmountInput';
import { ListInput } from '@/ui/ListInput';
import { useMoney } from '@/ui/Money';
import type { Probed } from '@/ui/Probe';
import { Problem } from '@/ui/Problem';
import classes from '@/ui/ui.module.css';

// What a first key may spend, in dollars.
const CAP = '5';

type Props = {
  probed: Probed;
  problem: Error | null;
  busy: boolean;
  onMake: (models: string[], quota: number) => void;
};

/** The models that have a price are chosen; then the channel and the first key are made. */
export function FirstKey({ probed, problem, busy, onMake }: Props) {
  const { t } = useTranslation('welcome');
  const { perUnit } = useMoney();
  const [models, setModels] = useState(probed.priced);
  const [amount, setAmount] = useState(CAP);
  const quota = quotaOf(amount, perUnit);
  const unpriced = probed.models.filter((name) => !probed.priced.includes(name));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (quota !== undefined) onMake(models, quota);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('models.title')}
        </Title>
        <ListInput
          label={t('models.label')}
          description={t('models.help')}
          suggestions={probed.models}
          value={models}
          onChange={setModels}
        />
        {probed.priced.length === 0 && (
          <Alert color="orange" variant="outline">
            {t('models.none')}
          </Alert>
        )}
        {unpriced.length > 0 && (
          <details>
            <summary>{t('models.unpriced', { count: unpriced.length })}</summary>
            <Text size="sm" className={classes.mono} translate="no">
              {unpriced.join(', ')}
            </Text>
          </details>
        )}
        <AmountInput label={t('key.amount')} description={t('key.help')} value={amount} onChange={setAmount} />
        <Problem error={problem} />
        <Group>
          <Button type="submit" loading={busy} disabled={models.length === 0 || quota === undefined}>
            {t('make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
