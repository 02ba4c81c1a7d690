import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { quotaOf } from '@/lib/money';
import { AmountInput } from '@/ui/AmountInput';
import { ListInput } from '@/ui/ListInput';
import { useMoney } from '@/ui/Money';
import type { Probed } from '@/ui/Probe';
import { Problem } from '@/ui/Problem';
import { Models } from './Models';

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
  const [priced, setPriced] = useState(probed.priced);
  const [others, setOthers] = useState<string[]>([]);
  const [amount, setAmount] = useState(CAP);
  const quota = quotaOf(amount, perUnit);
  const unpriced = probed.models.filter((name) => !probed.priced.includes(name));
  const models = [...priced, ...others];
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
        <Models prices={probed.prices} chosen={priced} onChosen={setPriced} />
        {probed.priced.length === 0 && (
          <Alert color="orange" variant="outline">
            {t('models.none')}
          </Alert>
        )}
        <details>
          <summary>{t('models.unpriced', { count: unpriced.length })}</summary>
          <ListInput
            label={t('models.label')}
            description={t('models.help')}
            suggestions={unpriced}
            value={others}
            onChange={setOthers}
          />
        </details>
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
