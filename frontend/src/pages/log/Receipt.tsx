import { Alert, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { exact, plus, shown, times } from '@/lib/exact';
import { whole } from '@/lib/money';
import { Copy } from '@/ui/Copy';
import { Failure } from '@/ui/Failure';
import { useMoney } from '@/ui/Money';
import { Page } from '@/ui/Page';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';
import { type ReceiptShown, receiptQuery } from './queries';

/** Why a request cost what it cost: term by term, computed again. */
export function Receipt({ request }: { request: string }) {
  const { t } = useTranslation('log');
  const query = useQuery(receiptQuery(request));
  if (query.isError) return <Failure error={query.error} onAgain={() => void query.refetch()} />;
  if (!query.data) return null;
  return (
    <Page title={t('receipt.title')} width={820} actions={<Copy value={request} label={t('receipt.copyId')} />}>
      <Stack>
        <Charged receipt={query.data} />
        <Terms receipt={query.data} />
        <Facts receipt={query.data} />
      </Stack>
    </Page>
  );
}

function Charged({ receipt }: { receipt: ReceiptShown }) {
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

function Terms({ receipt }: { receipt: ReceiptShown }) {
  const { t } = useTranslation('log');
  const lines = receipt.terms.filter(({ name }) => name !== GROUP && name !== MINIMUM);
  const group = receipt.terms.find(({ name }) => name === GROUP);
  const sum = lines.reduce((so, { amount, price }) => plus(so, times(exact(String(amount)), exact(price))), exact('0'));
  const total = group ? times(sum, exact(group.price)) : sum;
  return (
    <Table aria-label={t('receipt.terms')}>
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
            <Table.Td>{t(`receipt.kinds.${name as 'prompt'}`, { defaultValue: name })}</Table.Td>
            <Table.Td ta="right">{whole(amount)}</Table.Td>
            <Table.Td ta="right">{price}</Table.Td>
            <Table.Td ta="right">{shown(times(exact(String(amount)), exact(price)))}</Table.Td>
          </Table.Tr>
        ))}
        <Line name={t('receipt.sum')} result={shown(sum)} />
        {group && (
          <Line name={t('receipt.group', { group: receipt.group })} price={`× ${group.price}`} result={shown(total)} />
        )}
        <Line name={t('receipt.rounded')} result={whole(receipt.computed)} strong />
      </Table.Tbody>
    </Table>
  );
}

type LineProps = { name: string; price?: string; result: string; strong?: boolean };

function Line({ name, price, result, strong }: LineProps) {
  return (
    <Table.Tr className={classes.sum} fw={strong ? 600 : undefined}>
      <Table.Td>{name}</Table.Td>
      <Table.Td />
      <Table.Td ta="right">{price}</Table.Td>
      <Table.Td ta="right">{result}</Table.Td>
    </Table.Tr>
  );
}

function Facts({ receipt }: { receipt: ReceiptShown }) {
  const { t } = useTranslation('log');
  const facts: [string, React.ReactNode][] = [
    [t('time'), <When key="at" at={receipt.created_at} />],
    [t('receipt.asked'), receipt.requested_model],
    [t('receipt.served'), receipt.model_name],
    [t('receipt.result'), receipt.result],
    [
      t('receipt.usage'),
      Object.entries(receipt.usage)
        .map(([kind, amount]) => `${kind} ${amount}`)
        .join(', '),
    ],
    [t('receipt.version'), receipt.price_version],
    [t('receipt.responseId'), receipt.response_id],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd translate="no">{value || '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
