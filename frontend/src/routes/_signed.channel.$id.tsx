import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { ChannelPage } from '@/pages/channel/ChannelPages';

export const Route = createFileRoute('/_signed/channel/$id')({ component: One });

function One() {
  const navigate = useNavigate();
  return <ChannelPage id={Number(Route.useParams().id)} onClose={() => void navigate({ to: '/channel' })} />;
}
