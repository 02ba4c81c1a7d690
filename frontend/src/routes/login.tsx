import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isOurs } from '@/lib/elsewhere';
import { SignIn } from '@/pages/signin/SignIn';
import { Shell } from '@/shell/Shell';
import { Page } from '@/ui/Page';

type Search = { next?: string };

export const Route = createFileRoute('/login')({
  validateSearch: (given: Record<string, unknown>): Search => {
    const next = String(given.next ?? '');
    return isOurs(next) ? { next } : {};
  },
  component: Login,
});

function Login() {
  const { t } = useTranslation('signin');
  const navigate = useNavigate();
  const { next } = Route.useSearch();
  return (
    <Shell account={null}>
      <Page title={t('title')} width={420}>
        <SignIn onSignedIn={() => navigate({ href: next ?? '/dashboard' })} />
      </Page>
    </Shell>
  );
}
