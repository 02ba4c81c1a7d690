import { useEffect, useRef } from 'react';

/** Letters on their way to a field that is not there yet: not what is held with another key, nor what a dialog takes. */
function isLetter(event: KeyboardEvent): boolean {
  const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return !held && event.key.length === 1 && !(event.target as Element | null)?.closest?.('[role=dialog]');
}

/** What is typed after the palette was asked for and before its field has the focus: kept for it, and no shortcut. */
export function useTypedAhead(asked: number): () => string {
  const kept = useRef({ text: '', end: () => {} });
  useEffect(() => {
    if (!asked) return undefined;
    const end = (): void => window.removeEventListener('keydown', keep, true);
    const keep = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') end();
      if (!isLetter(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      kept.current.text += event.key;
    };
    kept.current = { text: '', end };
    window.addEventListener('keydown', keep, true);
    return end;
  }, [asked]);
  return () => {
    const { text, end } = kept.current;
    end();
    kept.current.text = '';
    return text;
  };
}
