/** What a person chose on the page, which this browser remembers. */
import type { KeyStore } from './key-store.ts';
import type { AppState } from './store.ts';

/** Whether somebody is reminded of a rest, and whether forces or rays are drawn. */
export const REST = 'reins-rest';
export const FORCES = 'reins-forces';

export const remembered = (storage: KeyStore): Pick<AppState, 'forces' | 'rest'> => ({
  forces: storage.getItem(FORCES) === 'on',
  rest: { isOn: storage.getItem(REST) !== 'off', notBefore: 0 },
});
