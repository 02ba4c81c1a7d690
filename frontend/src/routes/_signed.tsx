import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { useRef } from 'react';
import { accountQuery } from '@/api/account';
import { SignInDialog } from '@/pages/signin/SignInDialog';
import { Shell } from '@/shell/Shell';
import { Failure } from '@/ui/Failure';

/** Pages for who is signed in. Who is not signs in over the page, whose address and contents stay. */
export const Route = createFileRoute('/_signed')({ component: Signed });

function Signed() {
  const account = useQuery(accountQuery);
  // A page asks for nothing before somebody was there.
  const opened = useRef(false);
  opened.current ||= Boolean(account.data);
  if (account.isError) return <Failure error={account.error} onAgain={() => account.refetch()} />;
  if (account.isPending) return null;
  return (
    <>
      <Shell account={account.data}>{opened.current && <Outlet />}</Shell>
      {account.data === null && <SignInDialog />}
    </>
  );
}
