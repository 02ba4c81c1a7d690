import { Button, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parsed } from '@/lib/exact';
import { inDollars, type NamedNumber, numbersIn, numbersText } from '@/lib/prices';
import { useMoney } from '@/ui/Money';
import type { FieldsProps } from './JsonOption';
import { said } from './PriceRows';
import classes from './Settings.module.css';

/** Tools that providers run, by the call: in quota, with dollars beside it. */
export function ToolPrices({ text, onChange }: FieldsProps) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const [numbers, setNumbers] = useState(() => numbersIn(text));
  const change = (changed: NamedNumber[]): void => {
    setNumbers(changed);
    onChange(numbersText(changed));
  };
  const replace = (one: NamedNumber): void => change(numbers.map((other) => (other.id === one.id ? one : other)));
  return (
    <Stack gap="xs" align="flex-start">
      {numbers.length > 0 && (
        <Table className={classes.numbers} verticalSpacing={4} aria-label={t('tools.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('tools.name')}</Table.Th>
              <Table.Th>{t('tools.quota')}</Table.Th>
              <Table.Th ta="right">{t('tools.dollars')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {numbers.map((one) => {
              const amount = parsed(one.typed);
              return (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <TextInput
                      aria-label={t('tools.name')}
                      value={one.name}
                      onChange={(event) => replace({ ...one, name: event.currentTarget.value })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <TextInput
                      aria-label={`${t('tools.quota')}: ${one.name}`}
                      inputMode="decimal"
                      error={!amount}
                      value={one.typed}
                      onChange={(event) => replace({ ...one, typed: event.currentTarget.value })}
                    />
                  </Table.Td>
                  <Table.Td ta="right">{amount ? said(inDollars(amount, perUnit)) : '–'}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      color="red"
                      aria-label={t('remove', { name: one.name })}
                      onClick={() => change(numbers.filter((other) => other !== one))}
                    >
                      {t('removeShort')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      )}
      {numbers.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('tools.none')}
        </Text>
      )}
      <Button size="xs" variant="default" onClick={() => change([...numbers, blank(numbers)])}>
        {t('tools.add')}
      </Button>
    </Stack>
  );
}

/** A row to be filled; `id` tells it from the others. */
export function blank(numbers: NamedNumber[], typed = ''): NamedNumber {
  return { id: Math.max(-1, ...numbers.map(({ id }) => id)) + 1, name: '', typed, raw: undefined };
}
