import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { Codes } from '@/pages/redemption/Codes';
import { SORTS } from '@/pages/redemption/queries';

export const Route = createFileRoute('/_signed/redemption/')({
  validateSearch: (given: Record<string, unknown>) => ({ ...listState(given, SORTS), ...filterState(given, ['q']) }),
  component: All,
});

function All() {
  const navigate = useNavigate();
  return <Codes state={Route.useSearch()} onState={(search) => void navigate({ to: '/redemption', search })} />;
}
