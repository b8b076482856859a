/** State as plain doubles: what `saveState` and `loadState` of an environment are made of. */

/** Something whose whole state is `size` numbers. */
export interface Saved {
  readonly size: number;
  save(out: Float64Array, offset: number): void;
  load(from: Float64Array, offset: number): void;
}

/** The part of an episode that follows from its seed alone, and that seed; −1 before the first. */
export interface Place {
  readonly seed: number;
  arrange(seed: number): void;
}

/** State as the seed of a place, followed by the arrays that change from step to step. */
export function savedIn(place: Place, arrays: readonly Float64Array[]): Saved {
  return {
    size: arrays.reduce((sum, array) => sum + array.length, 1),
    save(out, offset) {
      out[offset] = place.seed;
      let at = offset + 1;
      for (const array of arrays) {
        out.set(array, at);
        at += array.length;
      }
    },
    load(from, offset) {
      if (place.seed !== from[offset]) place.arrange(from[offset]!);
      let at = offset + 1;
      for (const array of arrays) {
        for (let i = 0; i < array.length; i++) array[i] = from[at++]!;
      }
    },
  };
}
