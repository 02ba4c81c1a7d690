import { createFileRoute } from '@tanstack/react-router';
import { Security } from '@/pages/profile/Security';

export const Route = createFileRoute('/_signed/profile/security')({ component: Security });
