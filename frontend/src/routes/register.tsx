import { createFileRoute, useNavigate } from '@tanstack/react-router';
import { takeNext } from '@/lib/elsewhere';
import { Register } from '@/pages/signin/Register';
import { Shell } from '@/shell/Shell';

export const Route = createFileRoute('/register')({ component: NewAccount });

function NewAccount() {
  const navigate = useNavigate();
  return (
    <Shell account={null}>
      <Register
        onSignedIn={() => void navigate({ href: takeNext() })}
        onMade={() => void navigate({ to: '/login', search: {} })}
      />
    </Shell>
  );
}
