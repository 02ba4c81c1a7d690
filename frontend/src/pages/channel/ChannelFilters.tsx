import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import type { Provider } from '@/api/providers';
import { type Chip, FilterBar, FilterText } from '@/ui/FilterBar';
import { type ChannelState, DISABLED, ENABLED, FILTERS, OUT_OF_SERVICE, tagsQuery } from './queries';

type Props = { state: ChannelState; onState: (state: ChannelState) => void; providers: Provider[] };
type Choice = { value: string; label: string };

/** What narrows the channels: state, provider, group, tag, model and address. */
export function ChannelFilters({ state, onState, providers }: Props) {
  const { t } = useTranslation('channel');
  const [choosing, setChoosing] = useState(false);
  const picked = usePicked(providers, state, choosing);
  const typed = { model: t('model'), address: t('address') } as const;
  const set = (change: Partial<ChannelState>): void => onState({ ...state, ...change, cursor: undefined });
  const chips: Chip[] = [
    ...picked.map(({ name, label, choices }) => ({
      name,
      label,
      said: choices.find((one) => one.value === state[name])?.label,
    })),
    ...(Object.keys(typed) as (keyof typeof typed)[]).map((name) => ({ name, label: typed[name], said: undefined })),
  ].flatMap(({ name, label, said }) =>
    state[name] ? [{ text: `${label}: ${said ?? state[name]}`, onClear: () => set({ [name]: undefined }) }] : [],
  );
  const none = Object.fromEntries(FILTERS.filter((name) => name !== 'q').map((name) => [name, undefined]));
  return (
    <FilterBar chips={chips} onClear={() => set(none)}>
      {picked.map(({ name, label, choices }) => (
        <Select
          key={name}
          label={label}
          searchable
          data={choices}
          value={state[name] ?? null}
          onChange={(chosen) => set({ [name]: chosen ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          onFocus={() => setChoosing(true)}
        />
      ))}
      {(Object.keys(typed) as (keyof typeof typed)[]).map((name) => (
        <FilterText key={name} label={typed[name]} value={state[name]} onChange={(text) => set({ [name]: text })} />
      ))}
    </FilterBar>
  );
}

type Picked = { name: 'status' | 'type' | 'group' | 'tag'; label: string; choices: Choice[] };

/** What can be picked; names of groups and tags are asked for when somebody is about to, what is set is there before. */
function usePicked(providers: Provider[], state: ChannelState, choosing: boolean): Picked[] {
  const { t } = useTranslation('channel');
  const groups = useQuery({ ...groupsQuery, enabled: choosing }).data ?? named(state.group);
  const tags = useQuery({ ...tagsQuery, enabled: choosing }).data ?? named(state.tag).map((tag) => ({ tag }));
  const plain = (names: string[]): Choice[] => names.map((name) => ({ value: name, label: name }));
  return [
    {
      name: 'status',
      label: t('state'),
      choices: [
        { value: String(ENABLED), label: t('states.enabled') },
        { value: String(DISABLED), label: t('states.disabled') },
        { value: String(OUT_OF_SERVICE), label: t('states.out') },
      ],
    },
    {
      name: 'type',
      label: t('provider'),
      choices: providers.map(({ id, name }) => ({ value: String(id), label: name })),
    },
    { name: 'group', label: t('groups'), choices: plain(groups) },
    { name: 'tag', label: t('tag'), choices: plain(tags.map(({ tag }) => tag)) },
  ];
}

function named(name: string | undefined): string[] {
  return name ? [name] : [];
}
