import { Select, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { parsed } from '@/lib/exact';
import { perMillion } from '@/lib/prices';
import { useMoney } from '@/ui/Money';
import { said } from './PriceRows';

const REFUSE = 'refuse';
// What one-api charges for whatever it does not know.
const ONE_API = '30';

type Props = {
  common: { label: ReactNode; description: string; error: ReactNode };
  value: string;
  onChange: (value: string) => void;
};

/** The rule for models without a price: refused, or charged by a ratio. */
export function UnknownPrice({ common, value, onChange }: Props) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const refuses = value.trim() === '' || value.trim().toLowerCase() === REFUSE;
  const ratio = parsed(value);
  return (
    <Stack gap="xs">
      <Select
        {...common}
        allowDeselect={false}
        data={[
          { value: REFUSE, label: t('unknown.refuse') },
          { value: 'ratio', label: t('unknown.charge') },
        ]}
        value={refuses ? REFUSE : 'ratio'}
        onChange={(rule) => onChange(rule === REFUSE ? REFUSE : ONE_API)}
      />
      {!refuses && (
        <TextInput
          label={t('unknown.ratio')}
          description={ratio && t('unknown.is', { amount: said(perMillion(ratio, perUnit)) })}
          inputMode="decimal"
          w={240}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Stack>
  );
}
