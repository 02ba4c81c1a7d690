import { TagsInput, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { namesIn } from '@/lib/lists';

type Props = {
  label: string;
  description?: string;
  suggestions: string[];
  value: string[];
  error?: ReactNode;
  onChange: (names: string[]) => void;
};

/** A list of names: typed, chosen, or pasted as lines, commas or JSON. */
export function ListInput({ value, onChange, suggestions, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <div>
      <TagsInput
        {...props}
        data={suggestions}
        limit={50}
        value={value}
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        splitChars={[',', '\n']}
        onChange={(names) => onChange(namesIn(names.join('\n')))}
        onPaste={(event) => {
          const names = namesIn(event.clipboardData.getData('text'));
          if (names.length < 2) return;
          event.preventDefault();
          onChange([...new Set([...value, ...names])]);
        }}
      />
      <Text size="xs" c="dimmed" aria-live="polite">
        {t('entries', { count: value.length })}
      </Text>
    </div>
  );
}
