import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { NewToken } from '@/pages/token/TokenForm';

export const Route = createFileRoute('/_signed/token/add')({ component: Add });

function Add() {
  const navigate = useNavigate();
  return <NewToken onClose={() => void navigate({ to: '/token' })} />;
}
