import { createFileRoute } from '@tanstack/react-router';
import { TopUp } from '@/pages/topup/TopUp';

export const Route = createFileRoute('/_signed/topup')({ component: TopUp });
