import { Autocomplete, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelsQuery } from '@/api/models';
import { type Exact, parsed, written } from '@/lib/exact';
import { dollars, whole } from '@/lib/money';
import {
  type Builtin,
  costsOf,
  effective,
  inDollars,
  inQuota,
  perMillion,
  ratioOf,
  type WantedPrice,
} from '@/lib/prices';
import { useMoney } from '@/ui/Money';
import { EXAMPLE, said } from './PriceRows';
import type { PricedModel } from './Prices';

type Props = {
  model: PricedModel;
  models: PricedModel[];
  onSet: (name: string, wanted: WantedPrice) => void;
  onReset: (name: string) => void;
  onClose: () => void;
};

const FIELDS = ['input', 'output', 'cached', 'request'] as const;
type Field = (typeof FIELDS)[number];
type Typed = Record<Field, string>;

/** One model's price: what is left empty costs what the tables say. It is saved with the other settings. */
export function PriceDialog({ model, models, onSet, onReset, onClose }: Props) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const [name, setName] = useState(model.name);
  const [typed, setTyped] = useState<Typed>(() => typedOf(model, perUnit));
  const known = models.find((one) => one.name === name.trim());
  const help = useHelp(known?.builtin);
  const names = useQuery({ ...modelsQuery, enabled: model.name === '' }).data ?? [];
  const wanted = wantedOf(typed, perUnit);
  const faulty = (field: Field): boolean => typed[field].trim() !== '' && wanted[field] === undefined;
  const ready = name.trim() !== '' && !FIELDS.some(faulty) && Object.keys(wanted).length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    event.stopPropagation(); // the settings' form is around it
    if (ready) onSet(name.trim(), wanted);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={520}
      title={model.name ? t('priceOf', { name: model.name }) : t('add')}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {model.name === '' && (
            <Autocomplete
              label={t('model')}
              description={t('modelHelp')}
              data={names}
              limit={50}
              required
              data-autofocus
              value={name}
              onChange={setName}
            />
          )}
          {FIELDS.map((field) => (
            <TextInput
              key={field}
              label={t(`fields.${field}`)}
              description={help(field)}
              inputMode="decimal"
              value={typed[field]}
              error={faulty(field) && t('errors.price')}
              onChange={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
            />
          ))}
          <Text size="sm" aria-live="polite">
            <Preview wanted={wanted} model={known ?? model} />
          </Text>
          {model.own && model.own.more.length > 0 && (
            <Text size="sm" c="dimmed">
              {t('alsoSet', { fields: model.own.more.join(', ') })}
            </Text>
          )}
          <Group justify="flex-end">
            {model.own && (
              <Button variant="subtle" color="red" onClick={() => onReset(model.name)}>
                {t('reset')}
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={!ready}>
              {t('set')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** "1,000 in and 500 out cost 3 quota". */
function Preview({ wanted, model }: { wanted: WantedPrice; model: PricedModel }) {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  const cost = costsOf({ name: '', ...wanted, more: model.own?.more ?? [] }, model.builtin, EXAMPLE);
  if (cost === undefined) return null;
  return <>{t('preview', { quota: whole(cost), amount: dollars(cost, perUnit) })}</>;
}

function typedOf({ own, builtin }: PricedModel, perUnit: string | number): Typed {
  const tokens = (price: Exact | undefined): string => (price ? written(perMillion(price, perUnit)) : '');
  const output = own?.output ?? (own?.completion && effective(own, builtin).output);
  return {
    input: tokens(own?.input),
    output: tokens(output),
    cached: tokens(own?.cached),
    request: own?.request ? written(inDollars(own.request, perUnit)) : '',
  };
}

function wantedOf(typed: Typed, perUnit: string | number): WantedPrice {
  const found = FIELDS.flatMap((field) => {
    const amount = parsed(typed[field].replace(/[$,\s]/g, ''));
    if (!amount || amount.over < 0n) return [];
    return [[field, field === 'request' ? inQuota(amount, perUnit) : ratioOf(amount, perUnit)] as const];
  });
  return Object.fromEntries(found);
}

/** What it costs where nothing is written. */
function useHelp(builtin: Builtin | undefined): (field: Field) => string {
  const { t } = useTranslation('prices');
  const { perUnit } = useMoney();
  return (field) => {
    if (field === 'cached') return t('cachedHelp');
    const price = builtin && effective(undefined, builtin)[field];
    if (!price) return t(field === 'request' ? 'requestHelp' : 'elsewhere');
    return t('builtinAt', {
      amount: said(field === 'request' ? inDollars(price, perUnit) : perMillion(price, perUnit)),
    });
  };
}
