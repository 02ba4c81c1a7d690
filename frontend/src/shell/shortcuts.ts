import type { Place } from './navigation';

/** What single keys do. They are pressed outside fields and dialogs, and can be switched off (WCAG 2.1.4). */
export type Shortcut = { keys: string; does: Does; run: () => void };

export type Does =
  | 'search'
  | 'filters'
  | 'new'
  | 'reload'
  | 'down'
  | 'up'
  | 'edit'
  | 'select'
  | 'range'
  | 'bulk'
  | 'clear'
  | 'help';

const KEY = 'single-keys';

export function singleKeys(): boolean {
  return localStorage.getItem(KEY) !== 'off';
}

export function keepSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
}

const within = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(`main ${selector}`);

const ROWS = 'main tbody > tr, main [data-cards] > li';

function rowAt(): [HTMLElement[], number] {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  return [rows, rows.findIndex((row) => row.contains(document.activeElement))];
}

/** The first thing to open in the row so many further on. */
function step(by: number): void {
  const [rows, at] = rowAt();
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
  next?.querySelector<HTMLElement>('a, button, [tabindex="0"]')?.focus();
}

/** Opens the row that has the focus, as its first link does. */
function edit(): void {
  const [rows, at] = rowAt();
  rows[at]?.querySelector<HTMLElement>('a[href]')?.click();
}

/** The box of the row; with Shift all rows from the one before come along, as they do with the mouse. */
function select(shiftKey: boolean): void {
  const [rows, at] = rowAt();
  const box = rows[at]?.querySelector<HTMLInputElement>('input[type=checkbox]');
  box?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey }));
}

export function shortcuts(reload: () => void, help: () => void): Shortcut[] {
  return [
    { keys: '/', does: 'search', run: () => within('[data-page-search], input[type=search]')?.focus() },
    { keys: 'f', does: 'filters', run: () => within('fieldset input, fieldset button')?.focus() },
    { keys: 'n', does: 'new', run: () => within('a[href$="/add"]')?.click() },
    { keys: 'r', does: 'reload', run: reload },
    { keys: 'j', does: 'down', run: () => step(1) },
    { keys: 'k', does: 'up', run: () => step(-1) },
    { keys: 'e', does: 'edit', run: edit },
    { keys: 'x', does: 'select', run: () => select(false) },
    { keys: 'X', does: 'range', run: () => select(true) },
    { keys: 'b', does: 'bulk', run: () => within('[data-bulk] button')?.focus() },
    { keys: 'Escape', does: 'clear', run: () => within('[data-clear]')?.click() },
    { keys: '?', does: 'help', run: help },
  ];
}

/** Whether a key is meant for what has the focus, or for a dialog. */
function meantElsewhere(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const writes = target?.closest('input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=menu]');
  return Boolean(writes || document.querySelector('[role=dialog]'));
}

// Arrows go through rows, too, from a row on: elsewhere they scroll.
const ARROWS: Record<string, string> = { ArrowDown: 'j', ArrowUp: 'k' };

function keyOf(event: KeyboardEvent): string {
  const rowHasFocus = document.activeElement?.closest(ROWS) && document.activeElement.role !== 'slider';
  return (rowHasFocus && ARROWS[event.key]) || event.key;
}

const WAITS = 1500; // milliseconds between `g` and the letter of a place

/** Listens to single keys, and to `g` with the letter of a place; answers what ends it. */
export function listen(known: Shortcut[], places: Place[], go: (to: string) => void): () => void {
  let jumpUntil = 0;
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !singleKeys() || meantElsewhere(event)) return;
    const place = performance.now() < jumpUntil ? places.find(({ jump }) => jump === event.key) : undefined;
    const shortcut = place ? undefined : known.find(({ keys }) => keys === keyOf(event));
    jumpUntil = event.key === 'g' ? performance.now() + WAITS : 0;
    if (!place && !shortcut) return;
    event.preventDefault();
    if (place) go(place.to);
    else shortcut?.run();
  };
  window.addEventListener('keydown', press);
  return () => window.removeEventListener('keydown', press);
}

/** Saves the form of the page, as the key for it does everywhere else. */
export function save(): void {
  const forms = [...document.querySelectorAll<HTMLFormElement>('[role=dialog] form, main form')];
  forms.find((form) => !form.closest('search'))?.requestSubmit();
}
