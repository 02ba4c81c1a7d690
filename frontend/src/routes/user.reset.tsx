import { createFileRoute } from '@tanstack/react-router';
import { NewPassword } from '@/pages/signin/NewPassword';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/user/reset')({
  validateSearch: (given: Record<string, unknown>): { email?: string; token?: string } => ({
    email: String(given.email ?? ''),
    token: String(given.token ?? ''),
  }),
  component: Choose,
});

function Choose() {
  const { email = '', token = '' } = Route.useSearch();
  return (
    <Shell account={null}>
      <NewPassword email={email} token={token} />
    </Shell>
  );
}
