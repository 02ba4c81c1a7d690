import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { accountQuery } from '@/api/account';
import { Refusal } from '@/api/refusal';
import { welcomeLater } from '@/lib/later';
import { ADMIN } from '@/lib/roles';
import { Welcome } from '@/pages/welcome/Welcome';
import { Failure } from '@/ui/Failure';

export const Route = createFileRoute('/_signed/welcome')({ component: Begin });

function Begin() {
  const account = useQuery(accountQuery).data;
  if (account && account.role < ADMIN) return <Failure error={new Refusal('', { code: 'forbidden' })} />;
  return <Welcome onLater={welcomeLater} />;
}
