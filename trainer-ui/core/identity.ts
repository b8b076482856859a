/** Who is at this page. */
import type { Addressee } from './outbox.ts';
import type { AppStore } from './store.ts';

export interface Identity {
  /** What this browser was given, where nobody has an account. */
  readonly browser: string;
  /** The account that is signed in, as far as is known, else the browser. */
  readonly person: string;
  /** Whose answers the server takes from here: what was answered before there were accounts is whoever's is here now. */
  readonly addressee: Addressee;
}

export function createIdentity(browser: string, store: AppStore): Identity {
  return {
    browser,
    get person() {
      return store.getState().welcome?.person?.id ?? browser;
    },
    get addressee() {
      const { welcome } = store.getState();
      return { runId: welcome?.runId ?? '', people: [this.person, browser] };
    },
  };
}
