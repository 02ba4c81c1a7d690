import { createFileRoute } from '@tanstack/react-router';
import { Health } from '@/pages/health/Health';

export const Route = createFileRoute('/_signed/health')({ component: Health });
