import { Anchor, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Clipped } from '@/ui/Clipped';
import type { Column } from '@/ui/ResourceTable';
import { byToken, type Group, groupsOf, type Model, perMillion, soldAs, withFactor } from './queries';

/** What is told of a model in a row; its name opens the rest. */
export function useColumns(groups: Group[], group: Group | undefined, onOpen: (name: string) => void): Column<Model>[] {
  const { t } = useTranslation('pricing');
  const factor = group?.ratio ?? '1';
  const price = (kind: 'input' | 'cached' | 'output', sorts: boolean): Column<Model> => ({
    id: kind,
    title: t(`prices.${kind}`),
    numeric: true,
    sorts,
    render: (model) => {
      const dollars = perMillion(soldAs(model), kind);
      return dollars === undefined ? '–' : withFactor(dollars, factor);
    },
  });
  return [
    { id: 'name', title: t('model'), sorts: true, render: ({ name }) => <Name name={name} onOpen={onOpen} /> },
    { id: 'family', title: t('family'), render: ({ family }) => <span translate="no">{family || '–'}</span> },
    price('input', true),
    price('cached', false),
    price('output', true),
    { id: 'pieces', title: t('piece'), numeric: true, render: (model) => <Piece model={model} factor={factor} /> },
    { id: 'groups', title: t('groups'), render: (model) => <Groups of={groupsOf(model, groups)} /> },
    { id: 'abilities', title: t('can'), render: (model) => <Clipped text={abilitiesOf(model, t)} /> },
    { id: 'dialects', title: t('dialects'), render: ({ dialects }) => <Clipped text={dialectsOf(dialects)} /> },
  ];
}

function Name({ name, onOpen }: { name: string; onOpen: (name: string) => void }) {
  return (
    <Anchor component="button" type="button" size="sm" ta="left" translate="no" onClick={() => onOpen(name)}>
      {name}
    </Anchor>
  );
}

/** The first price by the piece, of what is made for that; that a chat can be sold so too is told in its sheet. */
function Piece({ model, factor }: { model: Model; factor: string }) {
  const { t } = useTranslation('pricing');
  const [first, ...others] = soldAs(model).pieces;
  if (!first || byToken(model)) return '–';
  const amount = withFactor(first.dollars, factor);
  const said = t(`units.${first.unit as 'image'}`, { amount, defaultValue: amount });
  return <span>{others.length ? t('andMore', { price: said, count: others.length }) : said}</span>;
}

function Groups({ of }: { of: Group[] }) {
  const said = of.map(({ name, ratio }) => `${name} × ${ratio}`);
  return (
    <Text span size="sm">
      <Clipped text={said.join(', ')} />
    </Text>
  );
}

export function abilitiesOf({ abilities }: Model, t: TFunction<'pricing'>): string {
  return abilities.map((name) => t(`abilities.${name as 'chat'}`, { defaultValue: name })).join(', ');
}

const DIALECTS: Record<string, string> = {
  openai: 'OpenAI',
  responses: 'Responses',
  anthropic: 'Anthropic',
  gemini: 'Gemini',
};

export function dialectsOf(dialects: string[]): string {
  return dialects.map((name) => DIALECTS[name] ?? name).join(', ');
}
