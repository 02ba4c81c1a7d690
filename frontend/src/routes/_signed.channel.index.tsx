import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { Channels } from '@/pages/channel/Channels';
import { FILTERS, SORTS, VIEWS } from '@/pages/channel/queries';

export const Route = createFileRoute('/_signed/channel/')({
  validateSearch: (given: Record<string, unknown>) => ({
    ...listState(given, SORTS),
    ...filterState(given, FILTERS),
    ...(VIEWS.includes(given.view as 'tags') && { view: String(given.view) }),
  }),
  component: All,
});

function All() {
  const navigate = useNavigate();
  return <Channels state={Route.useSearch()} onState={(search) => void navigate({ to: '/channel', search })} />;
}
