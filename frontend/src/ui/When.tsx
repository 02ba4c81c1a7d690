import { Tooltip } from '@mantine/core';
import { exact, inUtc, said } from '@/lib/time';

/** A moment in unix seconds; exact, and in UTC, on hover and focus. */
export function When({ at }: { at: number }) {
  if (!at || at < 0) return <>–</>;
  return (
    <Tooltip label={`${exact(at)} · ${inUtc(at)}`} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what hovering shows comes on focus too */}
      <time dateTime={new Date(at * 1000).toISOString()} tabIndex={0}>
        {said(at)}
      </time>
    </Tooltip>
  );
}
