import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { FILTERS, SORTS } from '@/pages/user/queries';
import { Users } from '@/pages/user/Users';

export const Route = createFileRoute('/_signed/user/')({
  validateSearch: (given: Record<string, unknown>) => ({ ...listState(given, SORTS), ...filterState(given, FILTERS) }),
  component: Accounts,
});

function Accounts() {
  const navigate = useNavigate();
  return <Users state={Route.useSearch()} onState={(search) => void navigate({ to: '/user', search })} />;
}
