import { Alert, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReceiptShown } from '@/api/receipt';
import { type Exact, exact, plus, shown, times } from '@/lib/exact';
import { whole } from '@/lib/money';
import { useMoney } from './Money';
import classes from './ui.module.css';

/** What a request cost, and whether that is what its terms come to. */
export function Charged({ receipt }: { receipt: ReceiptShown }) {
  const { t } = useTranslation('log');
  const { first, second } = useMoney();
  return (
    <>
      <Text size="xl" fw={600}>
        {first(receipt.quota)} <Text span c="dimmed">{`(${second(receipt.quota)})`}</Text>
      </Text>
      <Alert color={receipt.agrees ? 'green' : 'red'} variant="light">
        {t(receipt.agrees ? 'receipt.agrees' : 'receipt.differs', { amount: whole(receipt.computed) })}
        {receipt.shortfall > 0 && ` ${t('receipt.shortfall', { amount: whole(receipt.shortfall) })}`}
        {receipt.quarantined && ` ${t('receipt.quarantined', { reason: receipt.quarantined })}`}
      </Alert>
    </>
  );
}

// Terms that are no amounts of something: a factor over the sum, and the least that a request costs.
const GROUP = 'group_ratio';
const MINIMUM = 'minimum';

/** Term by term, as a sum is written. */
export function Terms({ receipt }: { receipt: ReceiptShown }) {
  const { t } = useTranslation('log');
  const lines = receipt.terms.filter(({ name }) => name !== GROUP && name !== MINIMUM);
  const group = receipt.terms.find(({ name }) => name === GROUP);
  const least = receipt.terms.some(({ name }) => name === MINIMUM);
  const sum = lines.reduce((so, { amount, price }) => plus(so, times(exact(String(amount)), exact(price))), exact('0'));
  const total = group ? times(sum, exact(group.price)) : sum;
  return (
    <Table aria-label={t('receipt.terms')} className={classes.terms}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('receipt.what')}</Table.Th>
          <Table.Th ta="right">{t('receipt.amount')}</Table.Th>
          <Table.Th ta="right">{t('receipt.price')}</Table.Th>
          <Table.Th ta="right">=</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map(({ name, amount, price }) => (
          <Table.Tr key={name}>
            <Table.Td>
              {t(`receipt.kinds.${name as 'prompt'}`, { defaultValue: name })}
              <Why text={t(`receipt.explains.${name as 'prompt'}`, { defaultValue: '' })} />
            </Table.Td>
            <Table.Td ta="right">{whole(amount)}</Table.Td>
            <Table.Td ta="right">{price}</Table.Td>
            <Table.Td ta="right">{grouped(times(exact(String(amount)), exact(price)))}</Table.Td>
          </Table.Tr>
        ))}
        <Line name={t('receipt.sum')} result={grouped(sum)} />
        {group && (
          <Line
            name={t('receipt.group', { group: receipt.group })}
            why={t('receipt.explains.group')}
            price={`× ${group.price}`}
            result={grouped(total)}
          />
        )}
        <Line
          name={t('receipt.rounded')}
          why={t(least ? 'receipt.explains.minimum' : 'receipt.explains.rounded')}
          result={whole(receipt.computed)}
          strong
        />
      </Table.Tbody>
    </Table>
  );
}

/** Exact, its whole part as amounts are written; a fraction as it is. */
function grouped(number: Exact): string {
  return shown(number).replace(/^\d+(?!\d|\/)/, (digits) => whole(BigInt(digits)));
}

/** One line about a term, to who does not know the word. */
function Why({ text }: { text: string }) {
  if (!text) return null;
  return (
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  );
}

type LineProps = { name: string; why?: string; price?: string; result: string; strong?: boolean };

function Line({ name, why = '', price, result, strong }: LineProps) {
  return (
    <Table.Tr className={classes.sum} fw={strong ? 600 : undefined}>
      <Table.Td>
        {name}
        <Why text={why} />
      </Table.Td>
      <Table.Td />
      <Table.Td ta="right">{price}</Table.Td>
      <Table.Td ta="right">{result}</Table.Td>
    </Table.Tr>
  );
}
