/** A press that means nothing on this screen is answered by the keys that do. */
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useClient } from './context.ts';
import { deadKeyWords } from './core/dead-key-words.ts';
import { looksOn } from './core/store.ts';
import { FIRST, isForPage } from './use-keys.ts';

/** Presses that people make on purpose: not Tab, modifiers, or what the browser scrolls by. */
function isDeliberate({ key, target }: KeyboardEvent): boolean {
  if (target !== document.body) return false; // a button or list that has the focus
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(key);
}

export function useDeadKeys(): void {
  const client = useClient();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || !isForPage(event) || !isDeliberate(event)) return;
      // Only once every handler had its turn.
      setTimeout(() => {
        const { tab, welcome } = client.store.getState();
        if (event.defaultPrevented || !welcome) return;
        notifications.hide('dead-key');
        notifications.show({
          id: 'dead-key',
          message: deadKeyWords(event.key, tab, welcome.environment.controls, looksOn({ welcome })),
          autoClose: 5000,
        });
      });
    };
    document.addEventListener('keydown', onKey, FIRST);
    return () => document.removeEventListener('keydown', onKey, FIRST);
  }, [client]);
}
