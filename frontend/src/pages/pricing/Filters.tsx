import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SearchBar } from '@/ui/SearchBar';
import { distinct, type Group, type Model, type PriceState } from './queries';

type Props = { found: { groups: Group[]; models: Model[] }; state: PriceState; onState: (state: PriceState) => void };

/** Who makes it, what it can do, who may ask for it, what it is called: all of it in the address. */
export function Filters({ found: { groups, models }, state, onState }: Props) {
  const { t } = useTranslation('pricing');
  const abilities = distinct(models.flatMap((model) => model.abilities));
  const set = (change: PriceState): void => onState({ ...state, ...change });
  return (
    <SearchBar key={state.q} value={state.q ?? ''} label={t('search')} onSearch={(q) => set({ q })}>
      <Choice
        label={t('family')}
        value={state.family}
        data={distinct(models.map(({ family }) => family)).map((value) => ({ value, label: value }))}
        onChange={(family) => set({ family })}
      />
      <Choice
        label={t('ability')}
        value={state.ability}
        data={abilities.map((value) => ({
          value,
          label: t(`abilities.${value as 'chat'}`, { defaultValue: value }),
        }))}
        onChange={(ability) => set({ ability })}
      />
      <Choice
        label={t('group')}
        value={state.group}
        data={groups.map(({ name }) => ({ value: name, label: name }))}
        onChange={(group) => set({ group })}
      />
    </SearchBar>
  );
}

type ChoiceProps = {
  label: string;
  value: string | undefined;
  data: { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
};

function Choice({ label, value, data, onChange }: ChoiceProps) {
  const { t } = useTranslation('pricing');
  const { t: common } = useTranslation();
  return (
    <Select
      aria-label={label}
      placeholder={t('any', { what: label })}
      clearable
      searchable
      limit={100}
      data={data}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearButtonProps={{ 'aria-label': common('clear') }}
    />
  );
}
