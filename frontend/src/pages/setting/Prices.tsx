import { Button, Checkbox, Group, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Builtin,
  type OwnPrice,
  ownPrices,
  type PRICE_OPTIONS,
  type PriceTexts,
  tablesOf,
  textsOf,
  type WantedPrice,
  withoutPrice,
  withPrice,
} from '@/lib/prices';
import { Missing } from '@/ui/Loaded';
import classes from '@/ui/ui.module.css';
import { OptionField } from './OptionField';
import { PriceDialog } from './PriceDialog';
import { PriceRows } from './PriceRows';
import { builtinPricesQuery, type Option } from './queries';

export type PricedModel = { name: string; own: OwnPrice | undefined; builtin: Builtin | undefined };

type Props = {
  options: Option[];
  changes: Record<string, string | null>;
  problems: Record<string, { message: string }>;
  onChange: (key: string, value: string | null | undefined) => void;
};

const SHOWN = 50;

/** What models cost: one table over the three options that say it, or their JSON. Both edit the same texts. */
export function Prices({ options, changes, problems, onChange }: Props) {
  const { t } = useTranslation('prices');
  const [asText, setAsText] = useState(false);
  const texts = textsIn(options, changes);
  const problem = unreadable(texts) ?? options.map(({ key }) => problems[key]?.message).find(Boolean);
  const showText = asText || unreadable(texts) !== undefined;
  return (
    <section aria-labelledby="prices">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="prices">
          {t('title')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('view')}
          data={[
            { value: 'table', label: t('table') },
            { value: 'text', label: t('text') },
          ]}
          value={showText ? 'text' : 'table'}
          onChange={(view) => setAsText(view === 'text')}
        />
      </Group>
      {problem && !showText && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mb="xs">
          {problem}
        </Text>
      )}
      {showText ? (
        <Stack>
          {options.map((option) => (
            <OptionField
              key={option.key}
              option={option}
              changed={changes[option.key]}
              problem={problems[option.key]?.message}
              onChange={(value) => onChange(option.key, value)}
            />
          ))}
        </Stack>
      ) : (
        <Table texts={texts} options={options} onChange={onChange} />
      )}
    </section>
  );
}

function textsIn(options: Option[], changes: Props['changes']): PriceTexts {
  const textOf = (option: Option): string => {
    const changed = changes[option.key];
    return changed === null ? option.default : (changed ?? option.value);
  };
  return Object.fromEntries(options.map((option) => [option.key, textOf(option)])) as PriceTexts;
}

function unreadable(texts: PriceTexts): string | undefined {
  try {
    tablesOf(texts);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function Table({ texts, options, onChange }: { texts: PriceTexts } & Pick<Props, 'options' | 'onChange'>) {
  const { t } = useTranslation('prices');
  const builtin = useQuery(builtinPricesQuery);
  const [sought, setSought] = useState('');
  const [ownOnly, setOwnOnly] = useState(true);
  const [most, setMost] = useState(SHOWN);
  const [edited, setEdited] = useState<PricedModel>();
  const { ModelRatio, CompletionRatio, ModelPrice } = texts;
  const tables = useMemo(
    () => tablesOf({ ModelRatio, CompletionRatio, ModelPrice }),
    [ModelRatio, CompletionRatio, ModelPrice],
  );
  const models = useMemo(() => modelsOf(ownPrices(tables), builtin.data ?? []), [tables, builtin.data]);
  const words = sought.trim().toLowerCase();
  const found = models.filter(({ name, own }) => (own || !ownOnly) && name.toLowerCase().includes(words));
  const write = (after: ReturnType<typeof tablesOf>): void => {
    const wanted = textsOf(after);
    const before = textsOf(tables);
    for (const { key, value } of options) {
      const option = key as (typeof PRICE_OPTIONS)[number];
      if (wanted[option] !== before[option]) onChange(key, wanted[option] === value ? undefined : wanted[option]);
    }
    setEdited(undefined);
  };
  return (
    <Stack gap="xs">
      <div className={classes.filters}>
        <TextInput
          label={t('search')}
          value={sought}
          onChange={(event) => {
            setSought(event.currentTarget.value);
            setMost(SHOWN);
          }}
        />
        <Checkbox
          label={t('ownOnly')}
          checked={ownOnly}
          onChange={(event) => setOwnOnly(event.currentTarget.checked)}
          mb={8}
        />
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setEdited({ name: '', own: undefined, builtin: undefined })}
        >
          {t('add')}
        </Button>
      </div>
      <Missing queries={[builtin]} />
      {builtin.isPending ? <Skeleton h={160} /> : <PriceRows models={found.slice(0, most)} onEdit={setEdited} />}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {found.length === 0 ? t(words ? 'nothing' : 'none') : t('found', { count: found.length })}
        </Text>
        {found.length > most && (
          <Button size="xs" variant="default" onClick={() => setMost(most + SHOWN)}>
            {t('more')}
          </Button>
        )}
      </Group>
      {edited && (
        <PriceDialog
          key={edited.name}
          model={edited}
          models={models}
          onSet={(name: string, wanted: WantedPrice) => write(withPrice(tables, name, wanted))}
          onReset={(name: string) => write(withoutPrice(tables, name))}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Stack>
  );
}

/** Every model of which something is known, the operator's own first. */
function modelsOf(own: OwnPrice[], builtin: Builtin[]): PricedModel[] {
  const known = new Map(builtin.map((price) => [price.name, price]));
  const mine = own.map((price) => ({ name: price.name, own: price, builtin: known.get(price.name) }));
  const names = new Set(own.map(({ name }) => name));
  const others = builtin.filter(({ name }) => !names.has(name));
  return [...mine, ...others.map((price) => ({ name: price.name, own: undefined, builtin: price }))];
}
