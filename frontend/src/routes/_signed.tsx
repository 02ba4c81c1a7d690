import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Outlet, useMatches } from '@tanstack/react-router';
import { useRef } from 'react';
import { accountQuery, hasLeft } from '@/api/account';
import { SignInDialog } from '@/pages/signin/SignInDialog';
import { roleFor } from '@/shell/navigation';
import { Shell } from '@/shell/Shell';
import { SignsInOver } from '@/ui/Failure';
import { Loaded } from '@/ui/Loaded';
import { NotAllowed } from '@/ui/NotAllowed';

/** Pages for who is signed in. Who is not signs in over the page, whose address and contents stay. */
export const Route = createFileRoute('/_signed')({ component: Signed });

function Signed() {
  const account = useQuery(accountQuery);
  // Of the page that is shown: the address is another's already while that one still loads.
  const needed = roleFor(useMatches({ select: (matches) => matches.at(-1)?.pathname ?? '' }));
  // A page asks for nothing before somebody was there, and after they left.
  const opened = useRef(false);
  opened.current = Boolean(account.data) || (opened.current && !hasLeft());
  return (
    <SignsInOver value={true}>
      <Loaded query={account}>
        {(who) => (
          <>
            <Shell account={who}>
              {who && who.role < needed ? <NotAllowed role={needed} /> : opened.current && <Outlet />}
            </Shell>
            {who === null && <SignInDialog />}
          </>
        )}
      </Loaded>
    </SignsInOver>
  );
}
