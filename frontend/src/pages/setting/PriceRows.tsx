import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { divided, type Exact, same, written } from '@/lib/exact';
import { dollars, whole } from '@/lib/money';
import { costsOf, effective, inDollars, perMillion } from '@/lib/prices';
import { useMoney } from '@/ui/Money';
import type { PricedModel } from './Prices';
import classes from './Settings.module.css';

export const EXAMPLE: [number, number] = [1000, 500];

type Props = { models: PricedModel[]; onEdit: (model: PricedModel) => void };

/** Prices in dollars per million tokens, with one-api's ratios beside them, and against the built-in ones. */
export function PriceRows({ models, onEdit }: Props) {
  const { t } = useTranslation('prices');
  if (models.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className={classes.scrolls} tabIndex={0} aria-label={t('title')}>
      <Table verticalSpacing={6} miw={760} aria-label={t('title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('model')}</Table.Th>
            <Table.Th ta="right">{t('input')}</Table.Th>
            <Table.Th ta="right">{t('output')}</Table.Th>
            <Table.Th>{t('others')}</Table.Th>
            <Table.Th>{t('compared')}</Table.Th>
            <Table.Th ta="right">{t('example')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Row key={model.name} model={model} onEdit={() => onEdit(model)} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Row({ model, onEdit }: { model: PricedModel; onEdit: () => void }) {
  const { name, own, builtin } = model;
  const { perUnit } = useMoney();
  const { t } = useTranslation('prices');
  const { input, output } = effective(own, builtin);
  const cost = costsOf(own, builtin, EXAMPLE);
  const cached = own?.cached;
  const request = own?.request ?? effective(own, builtin).request;
  return (
    <Table.Tr>
      <Table.Td translate="no">
        <Anchor component="button" type="button" onClick={onEdit} aria-label={t('edit', { name })} ta="left">
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td ta="right">
        <Amount dollars={input && perMillion(input, perUnit)} ratio={input && t('ratio', { ratio: written(input) })} />
      </Table.Td>
      <Table.Td ta="right">
        {input && !output ? (
          t('byName')
        ) : (
          <Amount
            dollars={output && perMillion(output, perUnit)}
            ratio={input?.over && output ? t('times', { ratio: written(divided(output, input)) }) : undefined}
          />
        )}
      </Table.Td>
      <Table.Td>
        {[
          cached && t('cachedAt', { amount: said(perMillion(cached, perUnit)) }),
          request && t('requestAt', { amount: said(inDollars(request, perUnit)) }),
          ...(own?.more ?? []),
        ]
          .filter(Boolean)
          .join(', ') || '–'}
      </Table.Td>
      <Table.Td>
        <Compared model={model} />
      </Table.Td>
      <Table.Td ta="right">
        {cost === undefined ? (
          '–'
        ) : (
          <>
            {dollars(cost, perUnit)}
            <Text size="xs" c="dimmed">
              {t('quota', { amount: whole(cost) })}
            </Text>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Amount({ dollars: amount, ratio }: { dollars: Exact | undefined; ratio: string | undefined }) {
  if (!amount) return <>–</>;
  return (
    <>
      {said(amount)}
      {ratio && (
        <Text size="xs" c="dimmed">
          {ratio}
        </Text>
      )}
    </>
  );
}

const PLACES = 6;

/** `$2.5`; what has no end, or a long one, to six places and said so. */
export function said(amount: Exact): string {
  const text = written(amount);
  if (!text.includes('/') && (text.split('.')[1] ?? '').length <= PLACES) return `$${text}`;
  return `≈ $${Number((Number((amount.over * 10n ** 12n) / amount.under) / 1e12).toPrecision(PLACES))}`;
}

/** How the operator's price differs from the built-in one. */
function Compared({ model: { own, builtin } }: { model: PricedModel }) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  if (!own) return <>{t('builtin')}</>;
  const [now, before] = [effective(own, builtin), effective(undefined, builtin)];
  if (!before.input) return <>{t('ownAlone')}</>;
  const parts = (['input', 'output'] as const).flatMap((kind) => {
    const [mine, theirs] = [now[kind], before[kind]];
    if (!mine || !theirs || same(mine, theirs)) return [];
    return [t(`against.${kind}`, { share: share(mine, theirs), amount: said(perMillion(theirs, perUnit)) })];
  });
  return <>{parts.length ? parts.join(', ') : t('equal')}</>;
}

/** "+20 %", or nothing to divide by. */
function share(mine: Exact, theirs: Exact): string {
  if (theirs.over === 0n) return '+∞';
  const tenths = Number((mine.over * theirs.under * 1000n) / (mine.under * theirs.over)) - 1000;
  return `${tenths > 0 ? '+' : '−'}${Math.abs(tenths) / 10} %`;
}
