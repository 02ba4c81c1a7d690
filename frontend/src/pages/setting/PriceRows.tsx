import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { divided, type Exact, same, written } from '@/lib/exact';
import { dollars, whole } from '@/lib/money';
import { costsOf, effective, inDollars, perMillion } from '@/lib/prices';
import { Cards } from '@/ui/Cards';
import { useMoney } from '@/ui/Money';
import type { Column } from '@/ui/ResourceTable';
import { useWide } from '@/ui/useWide';
import type { PricedModel } from './Prices';
import classes from './Settings.module.css';

export const EXAMPLE: [number, number] = [1000, 500];

type Props = { models: PricedModel[]; onEdit: (model: PricedModel) => void };

/** Prices in dollars per million tokens, with one-api's ratios beside them, and against the built-in ones. */
export function PriceRows({ models, onEdit }: Props) {
  const { t } = useTranslation('prices');
  const wide = useWide();
  const columns = useColumns(onEdit);
  if (models.length === 0) return null;
  if (!wide) {
    return <Cards caption={t('title')} rows={models} columns={columns} idOf={nameOf} nameOf={nameOf} />;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className={classes.scrolls} tabIndex={0} aria-label={t('title')}>
      <Table verticalSpacing={6} miw={760} aria-label={t('title')}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ id, title, numeric }) => (
              <Table.Th key={id} ta={numeric ? 'right' : undefined}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.name}>
              {columns.map(({ id, numeric, render }) => (
                <Table.Td key={id} ta={numeric ? 'right' : undefined}>
                  {render(model)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

const nameOf = ({ name }: PricedModel): string => name;

function useColumns(onEdit: (model: PricedModel) => void): Column<PricedModel>[] {
  const { t } = useTranslation('prices');
  return [
    {
      id: 'model',
      title: t('model'),
      render: (model) => (
        <Anchor
          component="button"
          type="button"
          translate="no"
          onClick={() => onEdit(model)}
          aria-label={t('edit', { name: model.name })}
          ta="left"
        >
          {model.name}
        </Anchor>
      ),
    },
    { id: 'input', title: t('input'), numeric: true, render: (model) => <Input model={model} /> },
    { id: 'output', title: t('output'), numeric: true, render: (model) => <Output model={model} /> },
    { id: 'others', title: t('others'), render: (model) => <Others model={model} /> },
    { id: 'compared', title: t('compared'), render: (model) => <Compared model={model} /> },
    { id: 'example', title: t('example'), numeric: true, render: (model) => <Example model={model} /> },
  ];
}

type CellProps = { model: PricedModel };

function Input({ model: { own, builtin } }: CellProps) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const { input } = effective(own, builtin);
  return (
    <Amount dollars={input && perMillion(input, perUnit)} ratio={input && t('ratio', { ratio: written(input) })} />
  );
}

function Output({ model: { own, builtin } }: CellProps) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const { input, output } = effective(own, builtin);
  if (input && !output) return <>{t('byName')}</>;
  const ratio = input?.over && output ? t('times', { ratio: written(divided(output, input)) }) : undefined;
  return <Amount dollars={output && perMillion(output, perUnit)} ratio={ratio} />;
}

/** What is priced beside input and output. */
function Others({ model: { own, builtin } }: CellProps) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const request = own?.request ?? effective(own, builtin).request;
  const parts = [
    own?.cached && t('cachedAt', { amount: said(perMillion(own.cached, perUnit)) }),
    request && t('requestAt', { amount: said(inDollars(request, perUnit)) }),
    ...(own?.more ?? []),
  ];
  return <>{parts.filter(Boolean).join(', ') || '–'}</>;
}

function Example({ model: { own, builtin } }: CellProps) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const cost = costsOf(own, builtin, EXAMPLE);
  if (cost === undefined) return <>–</>;
  return (
    <>
      {dollars(cost, perUnit)}
      <Text size="xs" c="dimmed">
        {t('quota', { amount: whole(cost) })}
      </Text>
    </>
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
function Compared({ model: { own, builtin } }: CellProps) {
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
