import { createFileRoute } from '@tanstack/react-router';
import { Sessions } from '@/pages/profile/Sessions';

export const Route = createFileRoute('/_signed/profile/sessions')({ component: Sessions });
