import { Input, SegmentedControl, Textarea } from '@mantine/core';
import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limitsIn, namedLimitsIn } from '@/lib/limits';
import { numbersIn } from '@/lib/prices';
import { GroupTable } from './GroupTable';
import { LimitsOption, NamedLimits } from './LimitsOptions';
import type { Option } from './queries';
import classes from './Settings.module.css';
import { ToolPrices } from './ToolPrices';

/** The fields of an option: they are made of its text once, and tell each change of it. */
export type FieldsProps = {
  option: Option;
  text: string;
  onChange: (text: string) => void;
  /** Whether the server refused the option, so that the fields say which of them it was. */
  refused: boolean;
};

/** Options whose JSON is edited as fields; all others are a text. */
const FIELDS: Record<string, [Fields: ComponentType<FieldsProps>, read: (text: string) => unknown]> = {
  GroupRatio: [GroupTable, numbersIn],
  ToolPrice: [ToolPrices, numbersIn],
  GroupLimits: [NamedLimits, namedLimitsIn],
  ModelLimits: [NamedLimits, namedLimitsIn],
  LimitsForNewUser: [LimitsOption, limitsIn],
  LimitsForNewToken: [LimitsOption, limitsIn],
};

type Props = {
  option: Option;
  label: ReactNode;
  description: string;
  error: ReactNode;
  value: string;
  onChange: (value: string) => void;
};

/** A JSON option as fields, where there are some for it, or as the text that is stored; both edit the same value. */
export function JsonOption({ option, label, description, error, value, onChange }: Props) {
  const { t } = useTranslation('setting');
  const [asText, setAsText] = useState(false);
  // Fields keep what was typed, as long as nobody else changes the value: taking a change back makes them anew.
  const [own, setOwn] = useState({ text: value, made: 0, half: false });
  if (own.text !== value) setOwn({ text: value, made: own.made + 1, half: false });
  const [Fields, read] = FIELDS[option.key] ?? [];
  const area = { autosize: true, minRows: 3, maxRows: 20, value };
  const typed = (event: { currentTarget: { value: string } }): void => onChange(event.currentTarget.value);
  if (!Fields || !read)
    return <Textarea label={label} description={description} error={error} {...area} onChange={typed} />;
  const why = own.half ? '' : unreadable(value, read); // fields know what is written half
  return (
    <Input.Wrapper component="fieldset" className={classes.json} description={description} error={error}>
      <legend>{label}</legend>
      <SegmentedControl
        size="xs"
        my={6}
        aria-label={t('json.view', { option: option.key })}
        data={[
          { value: 'fields', label: t('json.fields') },
          { value: 'text', label: t('json.text') },
        ]}
        value={asText ? 'text' : 'fields'}
        onChange={(view) => {
          setAsText(view === 'text');
          setOwn({ ...own, half: false });
        }}
      />
      {asText || why ? (
        <Textarea
          aria-label={option.key}
          description={why && t('json.unreadable', { why })}
          {...area}
          onChange={typed}
        />
      ) : (
        <Fields
          key={own.made}
          option={option}
          text={value}
          refused={Boolean(error)}
          onChange={(text) => {
            setOwn({ ...own, text, half: true });
            onChange(text);
          }}
        />
      )}
    </Input.Wrapper>
  );
}

/** Why a text cannot be shown as fields; empty if it can. */
function unreadable(text: string, read: (text: string) => unknown): string {
  try {
    read(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
