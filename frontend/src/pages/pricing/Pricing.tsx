import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery, statusQuery } from '@/api/account';
import { Closed } from '@/ui/Closed';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Page } from '@/ui/Page';
import { WholeList } from '@/ui/WholeList';
import { useColumns } from './columns';
import { Filters } from './Filters';
import { ModelSheet } from './ModelSheet';
import { chosen, type Group, type Model, type PriceState, pricingQuery } from './queries';

type Props = { state: PriceState; onState: (state: PriceState) => void };
type Found = { groups: Group[]; models: Model[] };

/** Models and their exact prices, for whom the operator lets see them. */
export function Pricing({ state, onState }: Props) {
  const { t } = useTranslation('pricing');
  const account = useQuery(accountQuery).data;
  const open = useQuery(statusQuery).data?.pricing_public;
  const closed = account === null && open === false;
  const known = account !== undefined && (account !== null || open !== undefined);
  const query = useQuery({ ...pricingQuery(account?.id), enabled: known && !closed });
  return (
    <Page title={t('title')}>
      {closed ? (
        <Closed text={t('closed')} />
      ) : (
        <Loaded query={query}>
          {(found) => <Found found={found} own={Boolean(account)} state={state} onState={onState} />}
        </Loaded>
      )}
    </Page>
  );
}

function Found({ found, own, state, onState }: Props & { found: Found; own: boolean }) {
  const { t } = useTranslation('pricing');
  if (found.models.length === 0) return <EmptyState text={t('empty')} />;
  const mine = own ? found.groups[0] : undefined;
  const group = found.groups.find(({ name }) => name === state.group) ?? mine;
  return (
    <>
      <Filters found={found} state={state} onState={onState} />
      <Text size="sm" c="dimmed" mb="xs">
        {group ? t('priced', { group: group.name, factor: group.ratio }) : t('before')}
      </Text>
      <Models found={found} group={group} state={state} onState={onState} />
      {state.model !== undefined && (
        <ModelSheet
          name={state.model}
          found={found}
          group={group}
          onClose={() => onState({ ...state, model: undefined })}
        />
      )}
    </>
  );
}

function Models({ found, group, state, onState }: Props & { found: Found; group: Group | undefined }) {
  const { t } = useTranslation('pricing');
  const columns = useColumns(found.groups, group, (model) => onState({ ...state, model }));
  return (
    <WholeList<Model>
      caption={t('title')}
      rows={chosen(found.models, state)}
      columns={columns}
      idOf={(model) => model.name}
      nameOf={(model) => model.name}
      state={{ sort: 'name', order: 'asc', ...state }}
      onState={(list) => onState({ ...state, ...list })}
      onClearFilters={() => onState({})}
    />
  );
}
