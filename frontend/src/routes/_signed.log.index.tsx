import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { Log } from '@/pages/log/Log';
import { FILTERS } from '@/pages/log/queries';

export const Route = createFileRoute('/_signed/log/')({
  validateSearch: (given: Record<string, unknown>) => ({ ...listState(given, []), ...filterState(given, FILTERS) }),
  component: Entries,
});

function Entries() {
  const navigate = useNavigate();
  return <Log state={Route.useSearch()} onState={(search) => void navigate({ to: '/log', search })} />;
}
