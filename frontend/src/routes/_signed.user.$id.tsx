import { createFileRoute } from '@tanstack/react-router';
import { UserPage } from '@/pages/user/UserPage';

export const Route = createFileRoute('/_signed/user/$id')({ component: One });

function One() {
  return <UserPage id={Number(Route.useParams().id)} />;
}
