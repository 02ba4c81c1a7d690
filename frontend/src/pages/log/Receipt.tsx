import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ReceiptShown, receiptQuery } from '@/api/receipt';
import { Copy } from '@/ui/Copy';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Charged, Terms } from '@/ui/ReceiptTerms';
import classes from '@/ui/ui.module.css';
import { When } from '@/ui/When';
import { Refunding } from './Refund';

/** Why a request cost what it cost: term by term, computed again. */
export function Receipt({ request }: { request: string }) {
  const { t } = useTranslation('log');
  const query = useQuery(receiptQuery(request));
  return (
    <Page title={t('receipt.title')} width={820} actions={<Copy value={request} label={t('receipt.copyId')} />}>
      <Loaded query={query} back={{ to: '/log', name: t('receipt.back') }}>
        {(receipt) => (
          <Stack>
            <Charged receipt={receipt} />
            <Refunding receipt={receipt} />
            <Terms receipt={receipt} />
            <Facts receipt={receipt} />
          </Stack>
        )}
      </Loaded>
    </Page>
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
