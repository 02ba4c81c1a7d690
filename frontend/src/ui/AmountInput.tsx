import { Text, TextInput, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { quotaOf, whole } from '@/lib/money';
import { useMoney } from './Money';

type Props = Omit<TextInputProps, 'value' | 'onChange'> & { value: string; onChange: (typed: string) => void };

/** An amount in dollars, and beneath what it is in quota. */
export function AmountInput({ value, onChange, ...props }: Props) {
  const { t } = useTranslation();
  const { perUnit } = useMoney();
  const quota = quotaOf(value, perUnit);
  return (
    <div>
      <TextInput
        inputMode="decimal"
        {...props}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Text size="xs" c="dimmed" aria-live="polite">
        {quota === undefined ? ' ' : t('quotaOf', { amount: whole(quota) })}
      </Text>
    </div>
  );
}
