import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { listState } from '@/api/list';
import { Audit } from '@/pages/audit/Audit';

export const Route = createFileRoute('/_signed/audit')({
  validateSearch: (given: Record<string, unknown>) => listState(given, []),
  component: Noted,
});

function Noted() {
  const navigate = useNavigate();
  return <Audit state={Route.useSearch()} onState={(search) => void navigate({ to: '/audit', search })} />;
}
