import { useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { accountQuery } from '@/api/account';
import { filterState, listState } from '@/api/list';
import { Pricing } from '@/pages/pricing/Pricing';
import { FILTERS, type PriceState, SORTS } from '@/pages/pricing/queries';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/pricing')({
  validateSearch: (given: Record<string, unknown>): PriceState => ({
    ...listState(given, SORTS),
    ...filterState(given, [...FILTERS, 'model']),
  }),
  component: Prices,
});

function Prices() {
  const navigate = useNavigate();
  const account = useQuery(accountQuery).data ?? null;
  return (
    <Shell account={account}>
      <Pricing state={Route.useSearch()} onState={(search) => void navigate({ to: '/pricing', search })} />
    </Shell>
  );
}
