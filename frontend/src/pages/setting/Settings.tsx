import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refusalOf } from '@/api/refusal';
import { PRICE_OPTIONS } from '@/lib/prices';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { Problem } from '@/ui/Problem';
import { useSaved } from '@/ui/useSaved';
import { Announcements } from './Announcements';
import { Jobs } from './Jobs';
import { OptionField } from './OptionField';
import { Prices } from './Prices';
import { type Option, optionsQuery, SECTIONS, type Section, useSaveOptions } from './queries';
import classes from './Settings.module.css';
import { Trials } from './Trials';

/** Sections with tables. */
const WIDE = new Set<Section>(['prices', 'groups']);

/** The operator's options, section by section; saved together, all or none. */
export function Settings({ section }: { section: Section }) {
  const { t } = useTranslation('setting');
  const query = useQuery(optionsQuery);
  const [sought, setSought] = useState('');
  return (
    <Page title={t('title', { section: t(`sections.${section}`) })}>
      <div className={classes.columns} data-wide={WIDE.has(section) || undefined}>
        <nav aria-label={t('parts')}>
          <TextInput
            aria-label={t('search')}
            placeholder={t('search')}
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
            mb="sm"
            data-page-search
          />
          <ul className={classes.sections}>
            {SECTIONS.map((name) => (
              <li key={name}>
                <Link to="/setting/$section" params={{ section: name }} className={classes.section}>
                  {t(`sections.${name}`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={classes.fields}>
          <Loaded query={query}>
            {(options) => (
              <>
                <Form key={section} options={chosen(options, section, sought)} />
                {!sought && <Trials section={section} />}
                {section === 'content' && !sought && <Announcements />}
                {section === 'system' && !sought && <Jobs />}
              </>
            )}
          </Loaded>
        </div>
      </div>
    </Page>
  );
}

/** Of one section, or of all those whose key, title or description has what was sought. */
function chosen(options: Option[], section: Section, sought: string): Option[] {
  const words = sought.trim().toLowerCase();
  if (!words) return options.filter((option) => option.section === section);
  return options.filter(({ key, title, description }) =>
    [key, ...Object.values(title), ...Object.values(description)].some((text) => text.toLowerCase().includes(words)),
  );
}

function Form({ options }: { options: Option[] }) {
  const { t } = useTranslation('setting');
  const save = useSaveOptions();
  const { saved } = useSaved();
  const [changes, setChanges] = useState<Record<string, string | null>>({});
  const count = Object.keys(changes).length;
  useBlocker({ shouldBlockFn: () => count > 0 && !window.confirm(t('leave')), enableBeforeUnload: count > 0 });
  const change = (key: string, value: string | null | undefined): void =>
    setChanges(({ [key]: _, ...others }) => (value === undefined ? others : { ...others, [key]: value }));
  const submit = (): void =>
    save.mutate(changes, {
      onSuccess: () => {
        setChanges({});
        saved();
      },
    });
  const isPrice = ({ key }: Option): boolean => PRICE_OPTIONS.includes(key as 'ModelRatio');
  const priced = PRICE_OPTIONS.every((key) => options.some((option) => option.key === key))
    ? options.filter(isPrice)
    : [];
  const plain = options.filter((option) => !priced.includes(option));
  const problems = save.error ? refusalOf(save.error).fields : {};
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="lg">
        <Problem error={options.some(({ key }) => problems[key]) ? null : save.error} />
        {options.length === 0 && <Text>{t('nothing')}</Text>}
        {priced.length > 0 && <Prices options={priced} changes={changes} problems={problems} onChange={change} />}
        {plain.map((option) => (
          <OptionField
            key={option.key}
            option={option}
            changed={changes[option.key]}
            problem={problems[option.key]?.message}
            onChange={(value) => change(option.key, value)}
          />
        ))}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={count === 0}>
            {t('save', { count })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
