import { lazy, Suspense } from 'react';
import classes from './ui.module.css';

const Markdown = lazy(() => import('./Markdown'));

const ADDRESS = /^https:\/\/[^\s<>"'`\\]+$/;

/** Whether an operator's page is another one, which is shown in a frame. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text.trim());
}

/** What the operator wrote: an address as a page in a frame, anything else as it reads, with its colours. */
export function Written({ text, title }: { text: string; title: string }) {
  if (isAddress(text)) return <Framed address={text.trim()} title={title} />;
  return (
    <Suspense>
      <Markdown text={text} styled />
    </Suspense>
  );
}

/** A page of our own origin would not be held by a sandbox that lets it keep that. */
function Framed({ address, title }: { address: string; title: string }) {
  const foreign = new URL(address).origin !== window.location.origin;
  return (
    <iframe
      className={classes.frame}
      src={address}
      title={title}
      sandbox={`allow-scripts allow-forms allow-popups${foreign ? ' allow-same-origin' : ''}`}
      referrerPolicy="no-referrer"
    />
  );
}
