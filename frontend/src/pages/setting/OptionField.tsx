import { Button, Group, PasswordInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '@/lib/language';
import { State } from '@/ui/State';
import { JsonOption } from './JsonOption';
import type { Option } from './queries';
import { UnknownPrice } from './UnknownPrice';

type Props = {
  option: Option;
  /** What was typed and not yet saved; null: the default again. */
  changed: string | null | undefined;
  problem: string | undefined;
  onChange: (value: string | null | undefined) => void;
};

/** One option as its description says that it is set. */
export function OptionField({ option, changed, problem, onChange }: Props) {
  const { t, i18n } = useTranslation('setting');
  const said = (texts: Option['title']): string => texts[i18n.language as Language] ?? texts.en;
  const value = changed === null ? option.default : (changed ?? option.value);
  const common: Common = {
    label: <Called title={said(option.title)} option={option.key} />,
    description: said(option.description),
    error: problem,
  };
  return (
    <div>
      {option.secret ? (
        <Secret key={option.changed_at} option={option} common={common} changed={changed} onChange={onChange} />
      ) : (
        <Field option={option} common={common} value={value} onChange={onChange} />
      )}
      {(option.is_set || changed !== undefined) && (
        <Group gap="xs" mt={4}>
          {option.is_set && changed === undefined && (
            <State is="waiting">{t('changed', { by: option.changed_by })}</State>
          )}
          {changed !== undefined && (
            <Button size="compact-xs" variant="subtle" onClick={() => onChange(undefined)}>
              {t('undo')}
            </Button>
          )}
          {option.is_set && changed !== null && (
            <Button size="compact-xs" variant="subtle" onClick={() => onChange(null)}>
              {t('default')}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}

/** What an option is called, and its key, by which the API and the documentation know it. */
function Called({ title, option }: { title: string; option: string }) {
  return (
    <>
      {title}{' '}
      <Text span size="xs" c="dimmed" fw={400} translate="no">
        {option}
      </Text>
    </>
  );
}

type Common = { label: ReactNode; description: string; error: ReactNode };
type FieldProps = { option: Option; common: Common; value: string; onChange: (value: string) => void };

function Field({ option, common, value, onChange }: FieldProps) {
  if (option.key === 'UnknownModelPrice') return <UnknownPrice common={common} value={value} onChange={onChange} />;
  const typed = (event: { currentTarget: { value: string } }): void => onChange(event.currentTarget.value);
  switch (option.kind) {
    case 'switch':
      return (
        <Switch
          {...common}
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={option.choices}
          value={value}
          allowDeselect={false}
          onChange={(choice) => onChange(choice ?? option.default)}
        />
      );
    case 'json':
      return <JsonOption option={option} {...common} value={value} onChange={onChange} />;
    case 'text':
      return <Textarea {...common} autosize minRows={3} maxRows={20} value={value} onChange={typed} />;
    case 'whole':
    case 'number':
      return <TextInput {...common} inputMode="decimal" value={value} onChange={typed} />;
    default:
      return <TextInput {...common} value={value} onChange={typed} />;
  }
}

type SecretProps = { option: Option; common: Common } & Pick<Props, 'changed' | 'onChange'>;

/** Never shown, never filled in: it is set or it is not, and can be replaced. */
function Secret({ option, common, changed, onChange }: SecretProps) {
  const { t } = useTranslation('setting');
  const [replacing, setReplacing] = useState(false);
  if (!replacing && changed === undefined) {
    return (
      <Stack gap={4}>
        <Text fw={500} size="sm">
          {common.label}
        </Text>
        <Text size="xs" c="dimmed">
          {common.description}
        </Text>
        <Group gap="xs">
          <State is={option.is_set ? 'good' : 'off'}>{t(option.is_set ? 'set' : 'unset')}</State>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${t(option.is_set ? 'replace' : 'enter')}: ${option.key}`}
            onClick={() => setReplacing(true)}
          >
            {t(option.is_set ? 'replace' : 'enter')}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <PasswordInput
      {...common}
      autoComplete="off"
      value={changed ?? ''}
      visibilityToggleButtonProps={{ 'aria-label': t('show') }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
