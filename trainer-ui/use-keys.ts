import { useEffect, useRef } from 'react';
import { actionOf, type Binding } from './core/bindings.ts';

/** Whether a press is for the page: not for the browser, and not text. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  if (target instanceof HTMLInputElement) return target.type === 'radio';
  return !(target instanceof HTMLTextAreaElement);
}

/** Calls the newest `act` on every press of a key; it says whether the key meant something. */
export function useKeys(act: (event: KeyboardEvent) => boolean): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || !isForPage(event)) return;
      if (newest.current(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Calls what a press means in the table. */
export function useBindings<A extends string>(
  table: Readonly<Record<A, Binding>>,
  acts: Readonly<Record<A, () => void>>,
): void {
  useKeys((event) => {
    const action = actionOf(table, event);
    if (action !== undefined) acts[action]();
    return action !== undefined;
  });
}
