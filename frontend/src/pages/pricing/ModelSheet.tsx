import { Drawer, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '@/api/account';
import { relayAddress } from '@/lib/address';
import { whole } from '@/lib/money';
import { snippetsFor } from '@/lib/snippets';
import { Snippets } from '@/ui/Snippets';
import { State } from '@/ui/State';
import { Calculator } from './Calculator';
import { abilitiesOf, dialectsOf } from './columns';
import { Offers } from './Offers';
import { type Group, groupsOf, type Model } from './queries';

type Props = {
  name: string;
  found: { groups: Group[]; models: Model[] };
  group: Group | undefined;
  onClose: () => void;
};

/** All there is to know of one model: prices, what a request would cost, how to ask. */
export function ModelSheet({ name, found, group, onClose }: Props) {
  const { t } = useTranslation();
  const model = found.models.find((one) => one.name === name);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={620}
      title={<span translate="no">{name}</span>}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {model ? <Sheet key={name} model={model} groups={found.groups} group={group} /> : <Missing />}
    </Drawer>
  );
}

function Missing() {
  const { t } = useTranslation('pricing');
  return (
    <Stack>
      <State is="off">{t('unavailable')}</State>
      <Text>{t('missing')}</Text>
    </Stack>
  );
}

type SheetProps = { model: Model; groups: Group[]; group: Group | undefined };

function Sheet({ model, groups, group }: SheetProps) {
  const { t } = useTranslation('pricing');
  const base = relayAddress(useQuery(statusQuery).data);
  const snippets = snippetsFor(model, { base, key: 'sk-…', model: model.name });
  const own = groupsOf(model, groups);
  return (
    <Stack>
      <Facts model={model} groups={own} />
      <Part title={t('perMillion')}>
        <Offers offers={model.offers} factor={group?.ratio ?? '1'} />
        <Text size="xs" c="dimmed" mt={4}>
          {group ? t('priced', { group: group.name, factor: group.ratio }) : t('before')}
        </Text>
      </Part>
      <Part title={t('calculator')}>
        <Calculator model={model} groups={own} group={group} />
      </Part>
      {snippets.length > 0 && (
        <Part title={t('ask')}>
          <Snippets snippets={snippets} />
        </Part>
      )}
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Text component="h3" fw={600} size="sm" mb={6}>
        {title}
      </Text>
      {children}
    </section>
  );
}

function Facts({ model, groups }: { model: Model; groups: Group[] }) {
  const { t } = useTranslation('pricing');
  const tokens = (amount: number): string => (amount ? t('tokens', { amount: whole(amount) }) : '–');
  const facts: [string, ReactNode][] = [
    [
      t('now'),
      <State key="now" is="good">
        {t('available')}
      </State>,
    ],
    [t('family'), model.family || '–'],
    [t('can'), abilitiesOf(model, t) || t('unknown')],
    [t('dialects'), dialectsOf(model.dialects)],
    [t('context'), tokens(model.context)],
    [t('longest'), tokens(model.max_output)],
    [t('groups'), groups.map(({ name, ratio }) => `${name} × ${ratio}`).join(', ')],
  ];
  return (
    <Table variant="vertical" verticalSpacing={4} aria-label={model.name}>
      <Table.Tbody>
        {facts.map(([what, value]) => (
          <Table.Tr key={what}>
            <Table.Th scope="row" w={150} fw={400}>
              {what}
            </Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
