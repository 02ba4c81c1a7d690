import { Button, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { parsed } from '@/lib/exact';
import { type NamedNumber, numbersIn, numbersText } from '@/lib/prices';
import { confirmDanger } from '@/ui/confirm';
import { Problem } from '@/ui/Problem';
import type { FieldsProps } from './JsonOption';
import { groupDetailsQuery } from './queries';
import classes from './Settings.module.css';
import { blank } from './ToolPrices';

type Detail = Schemas['Groups']['groups'][number];

/** Groups with their factors and who uses them. A group exists by having a factor. */
export function GroupTable({ text, onChange }: FieldsProps) {
  const { t } = useTranslation('prices');
  const details = useQuery(groupDetailsQuery);
  const [numbers, setNumbers] = useState(() => numbersIn(text));
  const [before] = useState(() => new Map(numbers.map(({ id, name }) => [id, name])));
  const change = (changed: NamedNumber[]): void => {
    setNumbers(changed);
    onChange(numbersText(changed));
  };
  const groups = details.data?.groups ?? [];
  const names = new Set(numbers.map(({ name }) => name.trim()));
  const nameless = groups.filter(({ name, users, channels }) => !names.has(name) && users + channels > 0);
  const remove = (one: NamedNumber): void => {
    const used = groups.find(({ name }) => name === one.name);
    const gone = (): void => change(numbers.filter((other) => other.id !== one.id));
    if (!used || used.users + used.channels === 0) gone();
    else
      confirmDanger({
        title: t('groups.removeTitle', { name: one.name }),
        text: t('groups.removeText', { users: used.users, channels: used.channels }),
        action: t('groups.remove'),
        onConfirm: gone,
      });
  };
  return (
    <Stack gap="xs" align="flex-start">
      <Problem error={details.error} />
      {details.isPending ? (
        <Skeleton h={120} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        <section className={classes.scrolls} tabIndex={0} aria-label={t('groups.title')}>
          <Table verticalSpacing={4} aria-label={t('groups.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('groups.name')}</Table.Th>
                <Table.Th>{t('groups.factor')}</Table.Th>
                <Table.Th ta="right">{t('groups.users')}</Table.Th>
                <Table.Th ta="right">{t('groups.channels')}</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {numbers.map((one) => (
                <Row
                  key={one.id}
                  one={one}
                  twice={numbers.some((other) => other.id !== one.id && other.name.trim() === one.name.trim())}
                  before={before.get(one.id)}
                  groups={groups}
                  onChange={(changed) => change(numbers.map((other) => (other.id === one.id ? changed : other)))}
                  onRemove={() => remove(one)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {details.data && !details.data.users_complete && (
        <Text size="xs" c="dimmed">
          {t('groups.incomplete')}
        </Text>
      )}
      <Button size="xs" variant="default" onClick={() => change([...numbers, blank(numbers, '1')])}>
        {t('groups.add')}
      </Button>
      {nameless.map((group) => (
        <Text size="sm" key={group.name}>
          {t('groups.nameless', { name: group.name, users: group.users, channels: group.channels })}{' '}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => change([...numbers, { ...blank(numbers, '1'), name: group.name }])}
          >
            {t('groups.give', { name: group.name })}
          </Button>
        </Text>
      ))}
    </Stack>
  );
}

type RowProps = {
  one: NamedNumber;
  twice: boolean;
  /** What it was called when the table was made: renaming does not rename it in accounts and channels. */
  before: string | undefined;
  groups: Detail[];
  onChange: (one: NamedNumber) => void;
  onRemove: () => void;
};

function Row({ one, twice, before, groups, onChange, onRemove }: RowProps) {
  const { t } = useTranslation('prices');
  const used = groups.find(({ name }) => name === one.name.trim());
  const old = before === one.name ? undefined : groups.find(({ name }) => name === before);
  const renamed = old && old.users + old.channels > 0;
  const wrong = twice ? t('groups.twice') : one.name.trim() ? undefined : t('groups.unnamed');
  return (
    <Table.Tr>
      <Table.Td>
        <TextInput
          aria-label={t('groups.name')}
          miw={160}
          value={one.name}
          error={wrong}
          onChange={(event) => onChange({ ...one, name: event.currentTarget.value })}
        />
        {renamed && (
          <Text size="xs" role="status" mt={4}>
            {t('groups.renamed', { name: before, users: old.users, channels: old.channels })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <TextInput
          aria-label={t('groups.factorOf', { name: one.name })}
          inputMode="decimal"
          w={110}
          value={one.typed}
          error={parsed(one.typed) ? undefined : t('errors.price')}
          onChange={(event) => onChange({ ...one, typed: event.currentTarget.value })}
        />
      </Table.Td>
      <Table.Td ta="right">{used?.users ?? 0}</Table.Td>
      <Table.Td ta="right">
        {used?.channels ? t('groups.enabled', { count: used.channels, enabled: used.enabled_channels }) : 0}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          aria-label={t('remove', { name: one.name })}
          onClick={onRemove}
        >
          {t('removeShort')}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
