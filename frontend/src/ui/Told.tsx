import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Refusal, refusalOf } from '@/api/refusal';

type Props = { error: unknown; writes?: boolean };

/** One sentence: what happened, and what to do. Where the server said when, it counts down. */
export function Told({ error, writes = false }: Props) {
  const refusal = refusalOf(error);
  const left = useSecondsLeft(refusal);
  const say = useSentence();
  // Readers hear it once, not every second.
  return (
    <Text fw={600} role={left > 0 ? 'timer' : undefined} data-told={refusal.kind}>
      {say(refusal, writes, left)}
    </Text>
  );
}

/** The sentence for a refusal; `left` are the seconds until it makes sense to ask again. */
export function useSentence(): (refusal: Refusal, writes: boolean, left?: number) => string {
  const { t } = useTranslation('failed');
  return (refusal, writes, left = 0) => {
    const { kind, message, status } = refusal;
    // Why a page is closed is the same for all of it; why something may not be done is the server's to say.
    if (kind === 'told' || (writes && kind === 'forbidden' && message)) return message;
    if (!writes) return t(`read.${kind}`, { count: left, status });
    return left > 0 ? t(`later.${kind as 'limited'}`, { count: left }) : t(`write.${kind}`, { status });
  };
}

function useSecondsLeft({ retryAfter }: Refusal): number {
  const [left, setLeft] = useState(retryAfter);
  useEffect(() => {
    setLeft(retryAfter);
    if (retryAfter === 0) return;
    const timer = setInterval(() => setLeft((now) => Math.max(0, now - 1)), 1000);
    return () => clearInterval(timer);
  }, [retryAfter]);
  return left;
}
