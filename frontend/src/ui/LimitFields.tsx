import { Autocomplete, Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type LimitDraft, type LimitProblems, WHATS, WINDOWS } from '@/lib/limits';
import { AmountInput } from './AmountInput';
import classes from './Limits.module.css';

type Props = {
  number: number;
  draft: LimitDraft;
  problems: LimitProblems;
  /** The server's own sentences, by field. */
  told: LimitProblems;
  shared: boolean;
  onChange: (draft: LimitDraft) => void;
  onRemove: () => void;
};

/** One limit: how much of what, in which window, and what happens at its end. */
export function LimitFields({ number, draft, problems, told, shared, onChange, onRemove }: Props) {
  const { t } = useTranslation('limits');
  const set = (changes: Partial<LimitDraft>): void => onChange({ ...draft, ...changes });
  const wrong = (field: keyof LimitProblems): string | undefined =>
    told[field] ?? (problems[field] && t(`errors.${problems[field] as 'amount'}`));
  return (
    <fieldset className={classes.limit}>
      <legend>{t('limit', { number })}</legend>
      <div className={classes.row}>
        <Select
          label={t('what')}
          allowDeselect={false}
          data={WHATS.map((value) => ({ value, label: t(`whats.${value}`) }))}
          value={draft.what}
          onChange={(what) => set({ what: what as LimitDraft['what'], most: '', raisedMost: '' })}
        />
        <Most
          label={t('most')}
          what={draft.what}
          value={draft.most}
          error={wrong('most')}
          onChange={(most) => set({ most })}
        />
        {draft.what !== 'concurrent' && <Time draft={draft} wrong={wrong} set={set} />}
      </div>
      <div className={classes.row}>
        <Checkbox
          label={t('watched')}
          description={t('watchedHelp')}
          checked={draft.watched}
          onChange={(event) => set({ watched: event.currentTarget.checked })}
        />
        {shared && (
          <Checkbox
            label={t('each')}
            description={t('eachHelp')}
            checked={draft.each}
            onChange={(event) => set({ each: event.currentTarget.checked })}
          />
        )}
        <Checkbox
          label={t('raised')}
          description={t('raisedHelp')}
          checked={draft.raised}
          onChange={(event) => set({ raised: event.currentTarget.checked })}
        />
      </div>
      {draft.raised && <Raise draft={draft} wrong={wrong} set={set} />}
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        className={classes.remove}
        aria-label={t('removeThis', { number })}
        onClick={onRemove}
      >
        {t('remove')}
      </Button>
    </fieldset>
  );
}

type PartProps = {
  draft: LimitDraft;
  wrong: (field: keyof LimitProblems) => string | undefined;
  set: (changes: Partial<LimitDraft>) => void;
};

/** The window, and whose calendar turns it. */
function Time({ draft, wrong, set }: PartProps) {
  const { t } = useTranslation('limits');
  const rolls = draft.window !== 'minute';
  return (
    <>
      <Select
        label={t('window')}
        allowDeselect={false}
        data={WINDOWS.map((value) => ({ value, label: t(`windows.${value}`) }))}
        value={draft.window}
        error={wrong('window')}
        onChange={(window) => set({ window: window ?? 'day' })}
      />
      {rolls && (
        <Select
          label={t('counting')}
          allowDeselect={false}
          data={[
            { value: 'calendar', label: t('calendar') },
            { value: 'rolling', label: t('rolling') },
          ]}
          value={draft.rolling ? 'rolling' : 'calendar'}
          onChange={(value) => set({ rolling: value === 'rolling' })}
        />
      )}
      {rolls && !draft.rolling && (
        <Autocomplete
          label={t('zone')}
          data={zones()}
          limit={30}
          value={draft.zone}
          error={wrong('zone')}
          onChange={(zone) => set({ zone })}
        />
      )}
    </>
  );
}

/** Another most until a time. */
function Raise({ draft, wrong, set }: PartProps) {
  const { t } = useTranslation('limits');
  return (
    <div className={classes.row}>
      <Most
        label={t('raisedMost')}
        what={draft.what}
        value={draft.raisedMost}
        error={wrong('raisedMost')}
        onChange={(raisedMost) => set({ raisedMost })}
      />
      <TextInput
        type="datetime-local"
        label={t('until')}
        value={draft.until}
        error={wrong('until')}
        onChange={(event) => set({ until: event.currentTarget.value })}
      />
    </div>
  );
}

type MostProps = {
  label: string;
  what: LimitDraft['what'];
  value: string;
  error: string | undefined;
  onChange: (typed: string) => void;
};

/** So many, or so many dollars. */
function Most({ label, what, value, error, onChange }: MostProps) {
  const { t } = useTranslation('limits');
  if (what === 'quota') {
    return <AmountInput label={t('inDollars', { what: label })} value={value} error={error} onChange={onChange} />;
  }
  return (
    <TextInput
      label={label}
      inputMode="numeric"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

let known: string[] | undefined;

/** Names of time zones, the reader's own first. */
function zones(): string[] {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  known ??= [...new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])];
  return known;
}
