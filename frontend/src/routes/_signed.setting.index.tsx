import { createFileRoute, Navigate } from '@tanstack/react-router';

export const Route = createFileRoute('/_signed/setting/')({ component: First });

function First() {
  return <Navigate to="/setting/$section" params={{ section: 'general' }} replace />;
}
