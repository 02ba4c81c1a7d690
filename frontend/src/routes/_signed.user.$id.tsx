import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { Entries } from '@/pages/log/Entries';
import { FILTERS } from '@/pages/log/queries';
import { PARTS, type PartName } from '@/pages/user/parts';
import { UserPage } from '@/pages/user/UserPage';

export const Route = createFileRoute('/_signed/user/$id')({
  validateSearch: (given: Record<string, unknown>) => ({
    ...(PARTS.includes(given.part as PartName) && { part: given.part as PartName }),
    ...listState(given, []),
    ...filterState(given, FILTERS),
  }),
  component: One,
});

function One() {
  const navigate = useNavigate();
  const { id } = Route.useParams();
  const { part, ...state } = Route.useSearch();
  const go = (search: object): void => void navigate({ to: '/user/$id', params: { id }, search });
  return (
    <UserPage
      id={Number(id)}
      at={part ?? 'account'}
      onMove={(to) => go({ part: to })}
      log={<Entries state={state} within={{ user_id: id }} onState={(search) => go({ part: 'log', ...search })} />}
    />
  );
}
