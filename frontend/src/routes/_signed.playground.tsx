import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { filterState } from '@/api/list';
import { Playground } from '@/pages/playground/Playground';

export const Route = createFileRoute('/_signed/playground')({
  validateSearch: (given: Record<string, unknown>) => filterState(given, ['model']),
  component: Try,
});

function Try() {
  const navigate = useNavigate();
  const { model = '' } = Route.useSearch();
  return (
    <Playground
      model={model}
      onModel={(name) => void navigate({ to: '/playground', search: { model: name || undefined } })}
    />
  );
}
