import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState } from '@/api/list';
import { Playground } from '@/pages/playground/Playground';

export const Route = createFileRoute('/_signed/playground')({
  validateSearch: (given: Record<string, unknown>) => filterState(given, ['model', 'tab']),
  component: Try,
});

function Try() {
  const navigate = useNavigate();
  const tried = Route.useSearch();
  return <Playground tried={tried} onTried={(search) => void navigate({ to: '/playground', search })} />;
}
