import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { NewChannelPage } from '@/pages/channel/ChannelPages';

export const Route = createFileRoute('/_signed/channel/add')({ component: Add });

function Add() {
  const navigate = useNavigate();
  return <NewChannelPage onClose={() => void navigate({ to: '/channel' })} />;
}
