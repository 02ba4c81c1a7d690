import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet, redirect } from '@tanstack/react-router';
import { NotFound } from '@/pages/home/NotFound';
import { Failure } from '@/ui/Failure';
import { kept } from './kept';

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  beforeLoad: ({ location: { pathname, searchStr, hash } }) => {
    const here = kept(pathname);
    if (here) throw redirect({ href: here + searchStr + (hash && `#${hash}`), replace: true });
  },
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <Failure error={error} onAgain={reset} />,
});
