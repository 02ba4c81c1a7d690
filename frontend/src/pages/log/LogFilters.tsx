import { Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '@/api/account';
import { ADMIN } from '@/lib/roles';
import { type Chip, FilterBar, FilterText } from '@/ui/FilterBar';
import { KINDS, type LogState, RANGES } from './queries';

type Props = {
  state: LogState;
  onState: (state: LogState) => void;
  /** What the place it stands at has chosen already. */
  within: Partial<LogState>;
};

const FREE = 'free';

/** What the log shows: when, which kind, of which model and key, and for administrators whose. */
export function LogFilters({ state, onState, within }: Props) {
  const { t } = useTranslation('log');
  const admin = (useQuery(accountQuery).data?.role ?? 0) >= ADMIN;
  const set = (change: Partial<LogState>): void => onState({ ...state, ...change, cursor: undefined });
  const here = Object.keys(within).length > 0;
  const everybody = admin && (here || Boolean(state.all));
  const [byDays, setByDays] = useState(false);
  const clear = (): void => {
    setByDays(false);
    onState(state.all ? { all: '1' } : {});
  };
  return (
    <FilterBar chips={chips(state, set, t)} onClear={clear}>
      <When state={state} onSet={set} byDays={byDays} onByDays={setByDays} />
      <Select
        label={t('kind')}
        placeholder={t('kinds.all')}
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        value={state.type ?? null}
        onChange={(type) => set({ type: type ?? undefined })}
        data={Object.entries(KINDS).map(([value, kind]) => ({ value, label: t(`kinds.${kind}`) }))}
      />
      <FilterText label={t('model')} value={state.model_name} onChange={(model_name) => set({ model_name })} />
      <FilterText label={t('key')} value={state.token_name} onChange={(token_name) => set({ token_name })} />
      {everybody && !within.user_id && (
        <FilterText label={t('user')} value={state.username} onChange={(username) => set({ username })} />
      )}
      {everybody && !within.channel && (
        <FilterText label={t('channelNumber')} value={state.channel} onChange={(channel) => set({ channel })} />
      )}
      {admin && !here && (
        <Switch
          label={t('everybody')}
          checked={Boolean(state.all)}
          onChange={(event) => set({ all: event.currentTarget.checked ? '1' : undefined })}
        />
      )}
    </FilterBar>
  );
}

type WhenProps = {
  state: LogState;
  onSet: (change: Partial<LogState>) => void;
  /** Whether days were chosen, though none is named yet: until then the list stays as it is. */
  byDays: boolean;
  onByDays: (chosen: boolean) => void;
};

/** A span that ends now, or days of this zone, from the morning of the first to the night of the last. */
function When({ state, onSet, byDays, onByDays }: WhenProps) {
  const { t } = useTranslation('log');
  const free = byDays || Boolean(state.from || state.until);
  const choose = (range: string | null): void => {
    onByDays(range === FREE);
    if (range !== FREE) onSet({ range: range ?? undefined, from: undefined, until: undefined });
  };
  return (
    <>
      <Select
        label={t('range')}
        placeholder={t('ranges.all')}
        clearable
        clearButtonProps={{ 'aria-label': t('clear') }}
        value={free ? FREE : (state.range ?? null)}
        onChange={choose}
        data={[...(Object.keys(RANGES) as (keyof typeof RANGES)[]), FREE].map((value) => ({
          value,
          label: t(`ranges.${value as 'free'}`),
        }))}
      />
      {free &&
        (['from', 'until'] as const).map((end) => (
          <TextInput
            key={end}
            type="date"
            label={t(end)}
            value={state[end] ?? ''}
            onChange={(event) => onSet({ range: undefined, [end]: event.currentTarget.value || undefined })}
          />
        ))}
    </>
  );
}

function chips(state: LogState, set: (change: Partial<LogState>) => void, t: TFunction<'log'>): Chip[] {
  const kind = KINDS[state.type as keyof typeof KINDS];
  const span = state.range && state.range in RANGES ? t(`ranges.${state.range as 'day'}`) : undefined;
  const said: [keyof LogState, string, string | undefined][] = [
    ['range', t('range'), span],
    ['from', t('from'), state.from],
    ['until', t('until'), state.until],
    ['type', t('kind'), kind ? t(`kinds.${kind}`) : state.type],
    ['model_name', t('model'), state.model_name],
    ['token_name', t('key'), state.token_name],
    ['username', t('user'), state.username],
    ['channel', t('channelNumber'), state.channel],
    ['user_id', t('userNumber'), state.user_id],
  ];
  return said.flatMap(([name, label, value]) =>
    value ? [{ text: `${label}: ${value}`, onClear: () => set({ [name]: undefined }) }] : [],
  );
}
