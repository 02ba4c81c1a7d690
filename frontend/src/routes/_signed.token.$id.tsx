import { createFileRoute } from '@tanstack/react-router';
import { TokenPage } from '@/pages/token/TokenPage';

export const Route = createFileRoute('/_signed/token/$id')({ component: One });

function One() {
  return <TokenPage id={Number(Route.useParams().id)} />;
}
