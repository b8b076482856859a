/** Who looks on at a run; each hears everything. */
import type { RunListener } from '../contract.ts';

export interface Viewers extends RunListener {
  readonly count: number;
  /** Returns its end. */
  add(listener: RunListener): () => void;
}

/** `changed` hears how many there are each time somebody comes or goes. */
export function createViewers(changed: (count: number) => void): Viewers {
  const listeners = new Set<RunListener>();
  return {
    get count() {
      return listeners.size;
    },
    add(listener) {
      listeners.add(listener);
      changed(listeners.size);
      return () => {
        if (listeners.delete(listener)) changed(listeners.size);
      };
    },
    message(message) {
      for (const listener of listeners) listener.message(message);
    },
    frame(buffer) {
      for (const listener of listeners) listener.frame(buffer);
    },
    scene(sceneId, seed) {
      for (const listener of listeners) listener.scene(sceneId, seed);
    },
  };
}
