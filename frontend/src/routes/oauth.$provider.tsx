import { useQuery } from '@tanstack/react-query';
import { createFileRoute, notFound, useNavigate } from '@tanstack/react-router';
import { accountQuery } from '@/api/account';
import { PROVIDERS, type ProviderName, takeNext } from '@/lib/elsewhere';
import { type Brought, Callback } from '@/pages/signin/Callback';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/oauth/$provider')({
  // An OAuth provider says what went wrong in words, or at least in a word.
  validateSearch: ({ code, state, error, error_description }: Record<string, unknown>): Brought => ({
    code: String(code ?? ''),
    state: String(state ?? ''),
    error: String(error_description ?? error ?? ''),
  }),
  beforeLoad: ({ params }) => {
    if (!(PROVIDERS as readonly string[]).includes(params.provider)) throw notFound();
  },
  component: CameBack,
});

function CameBack() {
  const navigate = useNavigate();
  const account = useQuery(accountQuery).data;
  return (
    <Shell account={account ?? null}>
      <Callback
        provider={Route.useParams().provider as ProviderName}
        brought={Route.useSearch()}
        onSignedIn={() => void navigate({ href: takeNext(), replace: true })}
        onBound={() => void navigate({ to: '/profile/security', replace: true })}
      />
    </Shell>
  );
}
