import { Autocomplete, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/groups';
import { limitsQuery } from '@/api/limits';
import { modelsQuery } from '@/api/models';
import { draftOf, type LimitDraft, limitsIn, namedLimitsIn, problemsOf, ruleOf } from '@/lib/limits';
import { LimitsEditor } from '@/ui/LimitsEditor';
import { LimitUses } from '@/ui/LimitUses';
import { Missing } from '@/ui/Loaded';
import { useMoney } from '@/ui/Money';
import type { FieldsProps } from './JsonOption';
import classes from './Settings.module.css';

/** Limits that new accounts or keys begin with. */
export function LimitsOption({ text, onChange, refused }: FieldsProps) {
  const { perUnit } = useMoney();
  const [drafts, setDrafts] = useState(() => limitsIn(text).map((rule) => draftOf(rule, perUnit)));
  const change = (changed: LimitDraft[]): void => {
    setDrafts(changed);
    onChange(JSON.stringify(changed.map((draft) => ruleOf(draft, perUnit))));
  };
  return <LimitsEditor drafts={drafts} onChange={change} problems={refused ? problemsOf(drafts, perUnit) : []} />;
}

type Named = { id: number; name: string; drafts: LimitDraft[] };

/** Limits of groups or of models, by their names. */
export function NamedLimits({ option, text, onChange, refused }: FieldsProps) {
  const { t } = useTranslation('limits');
  const { perUnit } = useMoney();
  const [named, setNamed] = useState(() => read(text, perUnit));
  const names = useNames(option.key);
  const change = (changed: Named[]): void => {
    setNamed(changed);
    const entries = changed.map(({ name, drafts }) => [name.trim(), drafts.map((draft) => ruleOf(draft, perUnit))]);
    onChange(JSON.stringify(Object.fromEntries(entries)));
  };
  const replace = (one: Named): void => change(named.map((other) => (other.id === one.id ? one : other)));
  const label = t(`names.${option.key as 'GroupLimits'}`);
  return (
    <Stack>
      {named.map((one) => (
        <div key={one.id} className={classes.named}>
          <Autocomplete
            label={label}
            data={names}
            limit={50}
            value={one.name}
            error={problemOf(one, named) && t(`errors.${problemOf(one, named) as 'name'}`)}
            onChange={(name) => replace({ ...one, name })}
          />
          <LimitsEditor
            shared
            drafts={one.drafts}
            onChange={(drafts) => replace({ ...one, drafts })}
            problems={refused ? problemsOf(one.drafts, perUnit) : []}
          />
          <UsedNow option={option.key} name={one.name} />
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            onClick={() => change(named.filter((other) => other !== one))}
          >
            {t('removeNamed', { name: one.name || label })}
          </Button>
        </div>
      ))}
      <Button
        size="xs"
        variant="default"
        className={classes.start}
        onClick={() => setNamed([...named, { id: nextId(named), name: '', drafts: [] }])}
      >
        {t(`addNamed.${option.key as 'GroupLimits'}`)}
      </Button>
    </Stack>
  );
}

const nextId = (named: Named[]): number => Math.max(0, ...named.map(({ id }) => id)) + 1;

function read(text: string, perUnit: string | number): Named[] {
  return namedLimitsIn(text).map(([name, rules], id) => ({
    id,
    name,
    drafts: rules.map((rule) => draftOf(rule, perUnit)),
  }));
}

function problemOf(one: Named, all: Named[]): 'name' | 'nameTwice' | undefined {
  const alike = all.filter(({ name }) => name.trim() === one.name.trim());
  if (one.drafts.length && !one.name.trim()) return 'name';
  return alike.length > 1 ? 'nameTwice' : undefined;
}

/** What may be limited: names that are known, others can be typed. */
function useNames(key: string): string[] {
  const groups = useQuery({ ...groupsQuery, enabled: key === 'GroupLimits' });
  const models = useQuery({ ...modelsQuery, enabled: key === 'ModelLimits' });
  return (key === 'GroupLimits' ? groups.data : models.data) ?? [];
}

/** What is used of what all share, asked for when somebody wants to know. */
function UsedNow({ option, name }: { option: string; name: string }) {
  const { t } = useTranslation('limits');
  const [open, setOpen] = useState(false);
  const subject = option === 'GroupLimits' ? { group: name } : { model: name };
  const uses = useQuery({ ...limitsQuery(subject), enabled: open && name !== '' });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('usedNow')}</summary>
      <Missing queries={[uses]} />
      {uses.data && <LimitUses uses={uses.data} />}
    </details>
  );
}
