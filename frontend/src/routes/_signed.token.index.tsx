import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { SORTS } from '@/pages/token/queries';
import { Tokens } from '@/pages/token/Tokens';

export const Route = createFileRoute('/_signed/token/')({
  validateSearch: (given: Record<string, unknown>) => ({ ...listState(given, SORTS), ...filterState(given, ['q']) }),
  component: Keys,
});

function Keys() {
  const navigate = useNavigate();
  return <Tokens state={Route.useSearch()} onState={(search) => void navigate({ to: '/token', search })} />;
}
