import { Button, Pill, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ui.module.css';
import { useWide } from './useWide';

/** A filter that is set, in words, and how it is taken off. */
export type Chip = { text: string; onClear: () => void };

type Props = { chips: Chip[]; onClear: () => void; children: ReactNode };

/** The filters of a list: what is set stands below as chips. Where it is narrow the fields wait behind a button. */
export function FilterBar({ chips, onClear, children }: Props) {
  const { t } = useTranslation();
  const fields = useId();
  const wide = useWide();
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <>
      {!wide && (
        <Button
          variant="default"
          size="xs"
          mb={12}
          leftSection={<IconFilter size={16} aria-hidden />}
          aria-expanded={opened}
          aria-controls={fields}
          onClick={toggle}
        >
          {t('filters', { count: chips.length })}
        </Button>
      )}
      <fieldset id={fields} className={classes.filters} hidden={!wide && !opened}>
        <legend className={classes.unseen}>{t('filters', { count: 0 })}</legend>
        {children}
      </fieldset>
      {chips.length > 0 && (
        <ul className={classes.chips}>
          {chips.map(({ text, onClear: clear }) => (
            <li key={text}>
              <Pill
                withRemoveButton
                onRemove={clear}
                removeButtonProps={{
                  'aria-label': t('clearFilter', { filter: text }),
                  'aria-hidden': false,
                  tabIndex: 0,
                }}
              >
                {text}
              </Pill>
            </li>
          ))}
          <li>
            <Button size="compact-xs" variant="subtle" onClick={onClear}>
              {t('clearFilters')}
            </Button>
          </li>
        </ul>
      )}
    </>
  );
}

type TextProps = { label: string; value: string | undefined; onChange: (text: string | undefined) => void };

/** A filter that is typed: asked for when the typing pauses, and empty again when it was taken off elsewhere. */
export function FilterText({ label, value, onChange }: TextProps) {
  const [text, setText] = useState(value ?? '');
  const later = useDebouncedCallback((typed: string) => onChange(typed.trim() || undefined), 400);
  useEffect(() => {
    setText((typed) => (typed.trim() === (value ?? '') ? typed : (value ?? '')));
  }, [value]);
  return (
    <TextInput
      label={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}
