import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

const SECONDS = 60;

/** Sends a mail, and then waits a minute before another may be asked for. */
export function useMailing(send: () => Promise<unknown>) {
  const [left, setLeft] = useState(0);
  const mailing = useMutation({ mutationFn: send, onSuccess: () => setLeft(SECONDS) });
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return {
    left,
    send: () => mailing.mutate(),
    sending: mailing.isPending,
    sent: mailing.isSuccess,
    error: mailing.error,
  };
}
