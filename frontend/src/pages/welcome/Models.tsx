import { Checkbox, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { soldByToken, stepFor } from '@/lib/cost';
import { families } from '@/lib/families';
import type { Probed } from '@/ui/Probe';
import classes from './Welcome.module.css';

type Priced = Probed['prices'][number];
type Props = { prices: Priced[]; chosen: string[]; onChosen: (names: string[]) => void };

// Up to so many models every family stands open.
const FEW = 30;

/** The models that have a price, by family; whole families are taken or left at once. */
export function Models({ prices, chosen, onChosen }: Props) {
  const taken = new Set(chosen);
  const set = (names: string[], wanted: boolean): void =>
    onChosen(wanted ? [...new Set([...chosen, ...names])] : chosen.filter((name) => !names.includes(name)));
  return (
    <div className={classes.families}>
      {families(prices).map(([family, models]) => (
        <Family key={family} name={family} models={models} taken={taken} open={prices.length <= FEW} onSet={set} />
      ))}
    </div>
  );
}

type FamilyProps = {
  name: string;
  models: Priced[];
  taken: Set<string>;
  open: boolean;
  onSet: (names: string[], wanted: boolean) => void;
};

function Family({ name, models, taken, open, onSet }: FamilyProps) {
  const { t } = useTranslation('welcome');
  const count = models.filter((model) => taken.has(model.name)).length;
  const title = name || t('models.others');
  return (
    <details open={open} className={classes.family}>
      <summary>
        <span translate="no">{title}</span>
        <Text span size="sm" c="dimmed">
          {t('models.taken', { count, all: models.length })}
        </Text>
      </summary>
      {models.length > 1 && (
        <Checkbox
          size="xs"
          label={t('models.all', { family: title })}
          checked={count === models.length}
          indeterminate={count > 0 && count < models.length}
          onChange={(event) =>
            onSet(
              models.map((model) => model.name),
              event.currentTarget.checked,
            )
          }
        />
      )}
      <ul className={classes.models}>
        {models.map((model) => (
          <li key={model.name}>
            <Checkbox
              size="xs"
              label={<span translate="no">{model.name}</span>}
              checked={taken.has(model.name)}
              onChange={(event) => onSet([model.name], event.currentTarget.checked)}
            />
            <Text size="xs" c="dimmed" ta="right">
              <Price model={model} />
            </Text>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Dollars a million in and out, or a piece. */
function Price({ model }: { model: Priced }) {
  const { t } = useTranslation('welcome');
  const tokens = stepFor(model, 0)?.tokens ?? [];
  const of = (kind: string) => tokens.find((token) => token.kind === kind)?.dollars;
  const [piece] = model.pieces;
  if (piece && !soldByToken(model, model.abilities))
    return t(`models.units.${piece.unit as 'image'}`, { price: piece.dollars, defaultValue: piece.dollars });
  return t('models.price', { input: of('input') ?? '–', output: of('output') ?? '–' });
}
