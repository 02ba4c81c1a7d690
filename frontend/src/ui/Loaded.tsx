import type { ReactNode } from 'react';
import { type Back, Failure } from './Failure';
import { Page } from './Page';
import { Waiting } from './Waiting';

/** What of a query is looked at; `useQuery` answers more. */
type Asked<Data> = { data: Data | undefined; error: unknown; isError: boolean; refetch: () => unknown };

type Props<Data> = {
  query: Asked<Data>;
  /** The heading while there is nothing that has one. */
  title?: string;
  /** Where the thing belongs, should it be gone. */
  back?: Back;
  children: (data: Data) => ReactNode;
};

/** What was asked for: coming, there, or why not. What is there stays, whatever becomes of asking again: the page says that. */
export function Loaded<Data>({ query: { data, error, isError, refetch }, title, back, children }: Props<Data>) {
  if (data !== undefined) return children(data);
  const shown = isError ? <Failure error={error} onAgain={() => void refetch()} back={back} /> : <Waiting />;
  return title ? <Page title={title}>{shown}</Page> : shown;
}

/** Several queries as one: there when all are, and failed when one has. */
export function together<Data extends Record<string, unknown>>(
  queries: {
    [Name in keyof Data]: Asked<Data[Name]>;
  },
): Asked<Data> {
  const all = Object.entries(queries) as [string, Asked<unknown>][];
  const failed = all.find(([, { isError }]) => isError)?.[1];
  const there = all.every(([, { data }]) => data !== undefined);
  return {
    data: there ? (Object.fromEntries(all.map(([name, { data }]) => [name, data])) as Data) : undefined,
    error: failed?.error ?? null,
    isError: failed !== undefined,
    refetch: () => {
      for (const [, { isError: again, refetch }] of all) if (again) void refetch();
    },
  };
}

/** Why a form has not all its choices, where that is so; the form itself can be used. */
export function Missing({ queries }: { queries: Asked<unknown>[] }) {
  const failed = queries.filter(({ data, isError }) => isError && data === undefined);
  if (!failed[0]) return null;
  const again = (): void => {
    for (const { refetch } of failed) void refetch();
  };
  return <Failure error={failed[0].error} onAgain={again} />;
}
