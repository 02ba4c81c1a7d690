import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { isWelcomeLater } from '@/lib/later';
import { Dashboard, SPANS } from '@/pages/dashboard/Dashboard';

export const Route = createFileRoute('/_signed/dashboard')({
  validateSearch: (given: Record<string, unknown>): { days?: string } =>
    (SPANS as readonly string[]).includes(String(given.days)) ? { days: String(given.days) } : {},
  component: Overview,
});

function Overview() {
  const navigate = useNavigate();
  const { days = '7' } = Route.useSearch();
  return (
    <Dashboard
      days={days}
      onDays={(wanted) => void navigate({ to: '/dashboard', search: { days: wanted } })}
      onNoChannel={() => {
        if (!isWelcomeLater()) void navigate({ to: '/welcome', replace: true });
      }}
    />
  );
}
