import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { NewCodes } from '@/pages/redemption/NewCodes';

export const Route = createFileRoute('/_signed/redemption/add')({ component: Add });

function Add() {
  const navigate = useNavigate();
  return <NewCodes onClose={() => void navigate({ to: '/redemption' })} />;
}
