import { createFileRoute } from '@tanstack/react-router';
import { Reset } from '@/pages/signin/Reset';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/reset')({
  component: () => (
    <Shell account={null}>
      <Reset />
    </Shell>
  ),
});
