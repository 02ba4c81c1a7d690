import { Stack, Table, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { whole } from '@/lib/money';
import { type Model, withFactor } from './queries';

type Offer = Model['offers'][number];

/** Every price of a model: by kind of token, by length of the prompt and service, by piece. */
export function Offers({ offers, factor }: { offers: Offer[]; factor: string }) {
  const { t } = useTranslation('pricing');
  return (
    <Stack gap="sm">
      {offers.length > 1 && <Text size="sm">{t('several')}</Text>}
      {offers.map((offer, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: offers have no name and keep their order
        <Prices key={index} offer={offer} factor={factor} />
      ))}
    </Stack>
  );
}

function Prices({ offer, factor }: { offer: Offer; factor: string }) {
  const { t } = useTranslation('pricing');
  return (
    <Table aria-label={t('perMillion')} withTableBorder verticalSpacing={4}>
      <Table.Tbody>
        {offer.steps.flatMap((step) => [
          <Heading key={`${step.service} ${step.above}`} text={heading(step, t)} />,
          ...step.tokens.map(({ kind, dollars }) => (
            <Row
              key={`${step.service} ${step.above} ${kind}`}
              what={t(`kinds.${kind as 'input'}`, { defaultValue: kind })}
              price={withFactor(dollars, factor)}
            />
          )),
        ])}
        {offer.pieces.length > 0 && <Heading text={t('piece')} />}
        {offer.pieces.map(({ unit, what, dollars }) => {
          const amount = withFactor(dollars, factor);
          const price = t(`units.${unit as 'image'}`, { amount, defaultValue: amount });
          return (
            <Row
              key={`${unit} ${what}`}
              what={what || t(`pieces.${unit as 'image'}`, { defaultValue: unit })}
              price={price}
            />
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function heading({ service, above }: Offer['steps'][number], t: TFunction<'pricing'>): string {
  const parts = [
    service ? t('service', { name: service }) : t('standard'),
    ...(above ? [t('above', { amount: whole(above) })] : []),
  ];
  return parts.join(' · ');
}

function Heading({ text }: { text: string }) {
  return (
    <Table.Tr>
      <Table.Th colSpan={2} scope="colgroup" fw={400} c="dimmed">
        {text}
      </Table.Th>
    </Table.Tr>
  );
}

function Row({ what, price }: { what: string; price: string }) {
  return (
    <Table.Tr>
      <Table.Td>{what}</Table.Td>
      <Table.Td ta="right">{price}</Table.Td>
    </Table.Tr>
  );
}
