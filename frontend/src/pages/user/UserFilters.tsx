import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import { ADMIN, ROOT, USER } from '@/lib/roles';
import { type Chip, FilterBar } from '@/ui/FilterBar';
import { DISABLED, ENABLED, SEEN, type UserState } from './queries';

type Props = { state: UserState; onState: (state: UserState) => void };
type Choice = { value: string; label: string };

/** Whom the list shows: of which group and role, in which state, and when they were seen. A search is among all. */
export function UserFilters({ state, onState }: Props) {
  const { t: common } = useTranslation();
  const fields = useFields();
  const set = (change: Partial<UserState>): void => onState({ ...state, q: undefined, ...change, cursor: undefined });
  const chips: Chip[] = fields.flatMap(({ name, label, choices }) => {
    const chosen = state[name];
    if (!chosen) return [];
    const said = choices.find(({ value }) => value === chosen)?.label ?? chosen;
    return [{ text: `${label}: ${said}`, onClear: () => set({ [name]: undefined }) }];
  });
  const none = Object.fromEntries(fields.map(({ name }) => [name, undefined]));
  return (
    <FilterBar chips={chips} onClear={() => set(none)}>
      {fields.map(({ name, label, choices }) => (
        <Select
          key={name}
          label={label}
          data={choices}
          value={state[name] ?? null}
          onChange={(chosen) => set({ [name]: chosen ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': common('clear') }}
        />
      ))}
    </FilterBar>
  );
}

type Field = { name: 'group' | 'role' | 'status' | 'seen'; label: string; choices: Choice[] };

function useFields(): Field[] {
  const { t } = useTranslation('user');
  const groups = useQuery(groupsQuery).data ?? [];
  return [
    { name: 'group', label: t('group'), choices: groups.map((group) => ({ value: group, label: group })) },
    {
      name: 'role',
      label: t('role'),
      choices: [
        { value: String(USER), label: t('roles.user') },
        { value: String(ADMIN), label: t('roles.admin') },
        { value: String(ROOT), label: t('roles.root') },
      ],
    },
    {
      name: 'status',
      label: t('state'),
      choices: [
        { value: String(ENABLED), label: t('states.enabled') },
        { value: String(DISABLED), label: t('states.disabled') },
      ],
    },
    {
      name: 'seen',
      label: t('lastSeen'),
      choices: (Object.keys(SEEN) as (keyof typeof SEEN)[]).map((value) => ({ value, label: t(`seen.${value}`) })),
    },
  ];
}
