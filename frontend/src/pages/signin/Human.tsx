import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { statusQuery } from '@/api/account';

// https://developers.cloudflare.com/turnstile/get-started/client-side-rendering/#explicit-rendering
const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

type Widget = {
  render: (place: HTMLElement, options: { sitekey: string; callback: (token: string) => void }) => string;
  remove: (id: string) => void;
};

/** Cloudflare's question whether a human asks, where the operator wants it; the token goes with the request. */
export function Human({ onProof }: { onProof: (token: string) => void }) {
  const status = useQuery(statusQuery).data;
  const place = useRef<HTMLDivElement>(null);
  const key = status?.turnstile_check ? status.turnstile_site_key : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: one widget for one key
  useEffect(() => {
    if (!key) return;
    let remove = (): void => undefined;
    let gone = false;
    void loaded().then((widget) => {
      if (gone || !place.current) return;
      const id = widget.render(place.current, { sitekey: key, callback: onProof });
      remove = () => widget.remove(id);
    });
    return () => {
      gone = true;
      remove();
    };
  }, [key]);
  return key ? <div ref={place} /> : null;
}

let loading: Promise<Widget> | undefined;

function loaded(): Promise<Widget> {
  loading ??= new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = SCRIPT;
    script.onload = () => resolve((window as unknown as { turnstile: Widget }).turnstile);
    document.head.append(script);
  });
  return loading;
}
