import { Group, Stack, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Copy } from './Copy';
import classes from './ui.module.css';

/** A tab names its panel by an id, which holds no blanks. */
const idOf = (name: string): string => name.replaceAll(' ', '-');

/** What to paste where, one at a time. */
export function Snippets({ snippets, onCopied }: { snippets: Record<string, string>; onCopied?: () => void }) {
  const { t } = useTranslation();
  return (
    <Tabs defaultValue={idOf(Object.keys(snippets)[0] ?? '')}>
      <Tabs.List aria-label={t('snippets')}>
        {Object.keys(snippets).map((name) => (
          <Tabs.Tab key={name} value={idOf(name)}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {Object.entries(snippets).map(([name, snippet]) => (
        <Tabs.Panel key={name} value={idOf(name)} pt="sm">
          <Stack gap="xs">
            <code className={classes.code}>{snippet}</code>
            <Group>
              <Copy value={snippet} {...(onCopied && { onCopied })} />
            </Group>
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
