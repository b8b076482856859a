/** State as plain doubles: what `saveState` and `loadState` of an environment are made of. */

/** Something whose whole state is `size` numbers. */
export interface Saved {
  readonly size: number;
  save(out: Float64Array, offset: number): void;
  load(from: Float64Array, offset: number): void;
}

/** What follows from a seed alone, and the seed it was last arranged for; −1 before the first. */
export interface Place {
  readonly seed: number;
  arrange(seed: number): void;
}

/** The seed of a place, then arrays of what changes from step to step in it. */
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
