import { NumberInput, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { costOf } from '@/lib/cost';
import { shown } from '@/lib/exact';
import { dollars, whole } from '@/lib/money';
import classes from '@/ui/ui.module.css';
import { byToken, type Group, type Model, soldAs } from './queries';

const TALK = { input: 1000, cached: 0, output: 500, count: 0 };
const PIECE = { input: 0, cached: 0, output: 0, count: 1 };
const KINDS = ['input', 'cached', 'output'] as const;

/** What a request would cost, by the rules of its receipt: exact, rounded up once. */
export function Calculator({ model, groups, group }: { model: Model; groups: Group[]; group: Group | undefined }) {
  const { t } = useTranslation('pricing');
  const perUnit = useQuery(statusQuery).data?.quota_per_unit ?? 500_000;
  const [use, setUse] = useState(byToken(model) ? TALK : PIECE);
  const [name, setName] = useState((groups.find((one) => one.name === group?.name) ?? groups[0])?.name ?? '');
  const [what, setWhat] = useState(0);
  const sold = soldAs(model);
  const pieces = sold.pieces.filter(({ unit }) => unit !== 'request');
  const factor = groups.find((one) => one.name === name)?.ratio ?? group?.ratio ?? '1';
  const { sum, quota } = costOf(sold, { ...use, piece: pieces[what] }, factor);
  const number = (kind: keyof typeof TALK) => (
    <NumberInput
      key={kind}
      label={t(`use.${kind}`)}
      min={0}
      max={1_000_000_000}
      allowDecimal={false}
      hideControls
      value={use[kind]}
      onChange={(value) => setUse({ ...use, [kind]: Math.trunc(Number(value)) || 0 })}
    />
  );
  return (
    <>
      <div className={classes.filters}>
        {sold.steps.length > 0 && KINDS.map(number)}
        {pieces.length > 1 && (
          <Select
            label={t('piece')}
            allowDeselect={false}
            data={pieces.map((piece, index) => ({
              value: String(index),
              label: piece.what || t(`pieces.${piece.unit as 'image'}`, { defaultValue: piece.unit }),
            }))}
            value={String(what)}
            onChange={(index) => setWhat(Number(index))}
          />
        )}
        {pieces.length > 0 && number('count')}
        {groups.length > 1 && (
          <Select
            label={t('group')}
            allowDeselect={false}
            data={groups.map((one) => one.name)}
            value={name}
            onChange={(chosen) => setName(chosen ?? '')}
          />
        )}
      </div>
      <Text fw={600} role="status">
        {t('costs', { amount: dollars(quota, perUnit), quota: whole(quota), exact: shown(sum) })}
      </Text>
    </>
  );
}
