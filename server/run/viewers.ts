/** The viewers of a run; each hears everything. */
import type { RunListener } from '../contract.ts';
import { OP, opcode } from '../protocol/index.ts';

export interface Viewers extends RunListener {
  readonly count: number;
  /** It gets the present picture at once: while the run is paused, no other follows. */
  add(listener: RunListener): void;
  remove(listener: RunListener): void;
}

export function createViewers(): Viewers {
  const listeners = new Set<RunListener>();
  let present: ArrayBuffer | undefined;
  return {
    get count() {
      return listeners.size;
    },
    add(listener) {
      listeners.add(listener);
      if (present) listener.frame(present);
    },
    remove(listener) {
      listeners.delete(listener);
    },
    message(message) {
      for (const listener of listeners) listener.message(message);
    },
    frame(buffer) {
      if (opcode(buffer) === OP.frame) present = buffer;
      for (const listener of listeners) listener.frame(buffer);
    },
    scene(sceneId, seed) {
      for (const listener of listeners) listener.scene(sceneId, seed);
    },
  };
}
