import { Group, Select, Stack, Tabs, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Part, Snippet } from '@/lib/snippet';
import { Copy } from './Copy';
import classes from './ui.module.css';

/** A tab names its panel by an id, which holds no blanks. */
const idOf = (name: string): string => name.replace(/[^a-z0-9]+/gi, '-');

type Props = { snippets: Snippet[]; onCopied?: () => void };

/** What to paste where, one program at a time. */
export function Snippets({ snippets, onCopied }: Props) {
  const { t } = useTranslation('snippets');
  return (
    <Tabs defaultValue={idOf(snippets[0]?.name ?? '')} variant="pills">
      <Tabs.List aria-label={t('title')}>
        {snippets.map(({ name }) => (
          <Tabs.Tab key={name} value={idOf(name)} className={classes.program}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ name, parts }) => (
        <Tabs.Panel key={name} value={idOf(name)} pt="sm">
          <Stack gap="sm">
            {parts.map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name and keep their order
              <Told key={index} part={part} onCopied={onCopied} />
            ))}
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Told({ part: { notes, code, fields }, onCopied }: { part: Part; onCopied: (() => void) | undefined }) {
  const { t } = useTranslation('snippets');
  return (
    <Stack gap={6}>
      {notes?.map((note) => (
        <Text key={note} size="sm">
          {t(`notes.${note}`)}
        </Text>
      ))}
      {code && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
          <code className={classes.code} translate="no" tabIndex={0}>
            {code}
          </code>
          <Group>
            <Copy value={code} onCopied={onCopied} />
          </Group>
        </>
      )}
      {fields && <Fields fields={fields} onCopied={onCopied} />}
    </Stack>
  );
}

type FieldsProps = { fields: NonNullable<Part['fields']>; onCopied: (() => void) | undefined };

/** What to write into the fields of a form. */
function Fields({ fields, onCopied }: FieldsProps) {
  const { t } = useTranslation('snippets');
  return (
    <dl className={classes.fields}>
      {fields.map(([field, value]) => (
        <div key={field}>
          <dt>{t(`fields.${field}`)}</dt>
          <dd translate="no">{value}</dd>
          <dd>
            <Copy value={value} about={t('copyField', { field: t(`fields.${field}`) })} onCopied={onCopied} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

type ChoiceProps = { models: string[]; value: string; onChange: (model: string) => void };

/** For which model the texts are. */
export function SnippetModel({ models, value, onChange }: ChoiceProps) {
  const { t } = useTranslation('snippets');
  return (
    <Select
      label={t('model')}
      data={[...new Set([value, ...models])]}
      searchable
      allowDeselect={false}
      limit={100}
      value={value}
      onChange={(model) => onChange(model ?? value)}
    />
  );
}
