import { createFileRoute } from '@tanstack/react-router';
import { Receipt } from '@/pages/log/Receipt';

export const Route = createFileRoute('/_signed/log/$request')({ component: One });

function One() {
  return <Receipt request={Route.useParams().request} />;
}
