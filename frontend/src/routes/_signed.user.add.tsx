import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { NewUser } from '@/pages/user/NewUser';

export const Route = createFileRoute('/_signed/user/add')({ component: Add });

function Add() {
  const navigate = useNavigate();
  return <NewUser onClose={() => void navigate({ to: '/user' })} />;
}
