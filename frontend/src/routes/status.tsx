import { useQuery } from '@tanstack/react-query';
import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { accountQuery } from '@/api/account';
import { filterState } from '@/api/list';
import { Status } from '@/pages/health/Status';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/status')({
  validateSearch: (given: Record<string, unknown>) => filterState(given, ['q']),
  component: Doing,
});

function Doing() {
  const navigate = useNavigate();
  const account = useQuery(accountQuery).data ?? null;
  const { q = '' } = Route.useSearch();
  return (
    <Shell account={account}>
      <Status q={q} onSearch={(text) => void navigate({ to: '/status', search: { q: text } })} />
    </Shell>
  );
}
