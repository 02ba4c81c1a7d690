import { createFileRoute } from '@tanstack/react-router';
import { welcomeLater } from '@/lib/later';
import { Welcome } from '@/pages/welcome/Welcome';

export const Route = createFileRoute('/_signed/welcome')({ component: () => <Welcome onLater={welcomeLater} /> });
