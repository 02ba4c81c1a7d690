import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { SPANS, Usage, WAYS, type Way } from '@/pages/usage/Usage';

type Search = { by?: Way; days?: string };

export const Route = createFileRoute('/_signed/usage')({
  validateSearch: ({ by, days }: Record<string, unknown>): Search => ({
    ...((WAYS as readonly unknown[]).includes(by) && { by: by as Way }),
    ...((SPANS as readonly unknown[]).includes(days) && { days: String(days) }),
  }),
  component: Consumption,
});

function Consumption() {
  const navigate = useNavigate();
  const { by = 'model', days = '7' } = Route.useSearch();
  return (
    <Usage
      by={by}
      days={days}
      onChange={(way, span) => void navigate({ to: '/usage', search: { by: way, days: span } })}
    />
  );
}
