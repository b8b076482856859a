import { useEffect, useRef } from 'react';
import { actionOf, type Binding } from './core/bindings.ts';

/** Menus and lists are moved through by keys of their own. */
const OWN_KEYS = '[role="menu"], [role="listbox"], [role="slider"]';
/** Covers the page, from the moment it is there: the focus moves into it only later. */
const COVER = '[aria-modal="true"]';

/** Whether a press is for the page: not for the browser, a dialog over it, a text, or what has the focus. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target, key } = event;
  if (key !== 'Escape' && document.querySelector(COVER)) return false;
  if (target instanceof HTMLInputElement) return target.type === 'radio';
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return false;
  return !(target instanceof Element && target.closest(OWN_KEYS) && key !== 'Escape');
}

const DIALOG = '[role="dialog"]';

/** Whether Escape closes a dialog, or has just closed it: what listened before may have taken it off the page. */
export function closesDialog({ target }: KeyboardEvent): boolean {
  const isInside = target instanceof Element && target.closest(DIALOG) !== null;
  return isInside || document.querySelector(DIALOG) !== null;
}

// Before any overlay of a library, which may keep a press to itself, and after the driver, whose listener is the window's.
export const FIRST = { capture: true };

/** Calls the newest `act` on every press of a key; it says whether the key meant something. */
export function useKeys(act: (event: KeyboardEvent) => boolean): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || !isForPage(event)) return;
      if (newest.current(event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey, FIRST);
    return () => document.removeEventListener('keydown', onKey, FIRST);
  }, []);
}

const NONE: ReadonlySet<string> = new Set();

/** Calls what a press means in the table; codes that are `taken` mean something else here. */
export function useBindings<A extends string>(
  table: Readonly<Record<A, Binding>>,
  acts: Readonly<Record<A, () => void>>,
  taken: ReadonlySet<string> = NONE,
): void {
  useKeys((event) => {
    const action = taken.has(event.code) ? undefined : actionOf(table, event);
    if (action !== undefined) acts[action]();
    return action !== undefined;
  });
}
