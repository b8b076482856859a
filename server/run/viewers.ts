/** The viewers of a run; each hears everything. */
import type { RunListener } from '../contract.ts';

export interface Viewers extends RunListener {
  readonly count: number;
  add(listener: RunListener): void;
  remove(listener: RunListener): void;
}

export function createViewers(): Viewers {
  const listeners = new Set<RunListener>();
  return {
    get count() {
      return listeners.size;
    },
    add(listener) {
      listeners.add(listener);
    },
    remove(listener) {
      listeners.delete(listener);
    },
    message(message) {
      for (const listener of listeners) listener.message(message);
    },
    frame(buffer) {
      for (const listener of listeners) listener.frame(buffer);
    },
    scene(live, sceneId, seed) {
      for (const listener of listeners) listener.scene(live, sceneId, seed);
    },
  };
}
