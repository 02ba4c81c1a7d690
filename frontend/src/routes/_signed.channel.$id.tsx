import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState, listState } from '@/api/list';
import { ChannelPage } from '@/pages/channel/ChannelPages';
import { PARTS, type PartName } from '@/pages/channel/parts';
import { Entries } from '@/pages/log/Entries';
import { FILTERS } from '@/pages/log/queries';

export const Route = createFileRoute('/_signed/channel/$id')({
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
  return (
    <ChannelPage
      id={Number(id)}
      at={part ?? 'settings'}
      onMove={(to) => void navigate({ to: '/channel/$id', params: { id }, search: { part: to } })}
      onClose={() => void navigate({ to: '/channel' })}
      log={
        <Entries
          state={state}
          within={{ channel: id }}
          onState={(search) =>
            void navigate({ to: '/channel/$id', params: { id }, search: { part: 'log', ...search } })
          }
        />
      }
    />
  );
}
