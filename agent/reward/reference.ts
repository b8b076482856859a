/**
 * A ring of recent behaviour: rows (observation, scaled action) in order, with the environment's
 * reward beside them. Normalisation, opponents of demonstrations, pseudo-labels, distances and
 * correlations are computed from it.
 */
import type { Random } from '../../sim/random.ts';
import type { Episode } from '../contract.ts';
import type { SavedArrays } from '../nn/adam.ts';

export interface Reference {
  readonly size: number;
  /** (capacity, width); rows [0, size) are valid. */
  readonly rows: Float32Array;
  readonly rewards: Float32Array;
  /** Rows ever seen. */
  readonly seen: number;
  add(
    episode: Episode,
    from: number,
    to: number,
    write: (e: Episode, step: number, actions: Float32Array, out: Float32Array, at: number) => void,
  ): void;
  /**
   * A random run of `n` rows (n, width): consecutive steps of one episode where it finds any, even when rows
   * of other episodes lie between them. Undefined when there are too few rows.
   */
  drawRun(n: number, random: Random): Float32Array | undefined;
  /** A row at random and the one that came next in the same episode; undefined when it finds none. */
  drawStep(random: Random): { readonly row: number; readonly next: number } | undefined;
  save(into: SavedArrays): SavedReference;
  load(from: Readonly<Record<string, Float32Array>>, meta: SavedReference): void;
}

export interface SavedReference {
  readonly seen: number;
  /** The newest rows of the newest episodes; absent in older checkpoints. */
  readonly tails?: readonly [episodeId: string, tail: Tail][];
}

/** The newest row of an episode: its step, and how many rows had been seen before it. */
interface Tail {
  readonly step: number;
  readonly index: number;
}

/** Episodes whose newest rows are remembered: more than actors drive at once. */
const MOST_TAILS = 64;
/** Rows tried before the search for a step gives up. */
const TRIES = 16;

export function createReference(capacity: number, width: number): Reference {
  const rows = new Float32Array(capacity * width);
  const rewards = new Float32Array(capacity);
  /** Slot of the next step of the same episode; −1: not known, or not there yet. */
  const next = new Float32Array(capacity).fill(-1);
  const tails = new Map<string, Tail>();
  let seen = 0;

  /** Link the row in `slot` to the one before it, which may have been overwritten meanwhile. */
  function follow(slot: number, episodeId: string, step: number): void {
    const tail = tails.get(episodeId);
    const isThere = tail !== undefined && tail.step === step - 1 && tail.index > seen - capacity;
    next[slot] = -1;
    if (isThere) next[tail.index % capacity] = slot;
    tails.delete(episodeId); // to the end of the map: the oldest is forgotten first
    tails.set(episodeId, { step, index: seen });
    if (tails.size > MOST_TAILS) tails.delete(tails.keys().next().value!);
  }

  /** Slots of `n` steps in a row from `start`; undefined when they are not known so far. */
  function runFrom(start: number, n: number): number[] | undefined {
    const slots = [start];
    while (slots.length < n) {
      const slot = next[slots.at(-1)!]!;
      if (slot < 0) return undefined;
      slots.push(slot);
    }
    return slots;
  }

  return {
    rows,
    rewards,
    get size() {
      return Math.min(seen, capacity);
    },
    get seen() {
      return seen;
    },
    add(episode, from, to, write) {
      for (let t = Math.max(from, to - capacity); t < to; t++) {
        const slot = seen % capacity;
        write(episode, t, episode.actions, rows, slot * width);
        rewards[slot] = episode.envRewards[t]!;
        follow(slot, episode.id, t);
        seen++;
      }
    },
    drawRun(n, random) {
      const size = Math.min(seen, capacity);
      if (size < n) return undefined;
      let start = 0;
      let slots: number[] | undefined;
      for (let i = 0; i < TRIES && !slots; i++) {
        start = random.integer(size - n + 1);
        slots = runFrom(start, n);
      }
      if (!slots) return rows.slice(start * width, (start + n) * width);
      const run = new Float32Array(n * width);
      for (const [i, slot] of slots.entries())
        run.set(rows.subarray(slot * width, (slot + 1) * width), i * width);
      return run;
    },
    drawStep(random) {
      const size = Math.min(seen, capacity);
      for (let i = 0; i < TRIES && size > 1; i++) {
        const row = random.integer(size);
        if (next[row]! >= 0) return { row, next: next[row]! };
      }
      return undefined;
    },
    save(into) {
      const size = Math.min(seen, capacity);
      into['reference/next'] = next.slice(0, size);
      into['reference/rows'] = rows.slice(0, size * width);
      into['reference/rewards'] = rewards.slice(0, size);
      return { seen, tails: [...tails] };
    },
    load(from, meta) {
      const saved = from['reference/rows'];
      if (
        !saved ||
        saved.length > rows.length ||
        saved.length !== Math.min(meta.seen, capacity) * width
      )
        throw new RangeError(
          `checkpoint.reference/rows: has ${saved?.length} numbers for ${meta.seen} rows of ${width}`,
        );
      rows.set(saved);
      rewards.set(from['reference/rewards']!);
      next.fill(-1);
      next.set(from['reference/next'] ?? []);
      tails.clear();
      for (const [id, tail] of meta.tails ?? []) tails.set(id, tail);
      seen = meta.seen;
    },
  };
}

/** How rows become a network's inputs: their columns, and the squares of the last `squared`. */
export interface InputScale {
  /** (inputs): of every column, then of the squares of scaled columns. */
  readonly mean: Float32Array;
  readonly inverse: Float32Array;
  readonly squared: number;
}

/** Leaves rows as they are, while there are no statistics. */
export function noScale(width: number, squared: number): InputScale {
  const inputs = width + squared;
  return { mean: new Float32Array(inputs), inverse: new Float32Array(inputs).fill(1), squared };
}

/**
 * Smallest standard deviation that counts: a number that hardly moves must not be blown up into the
 * easiest thing to memorise, least of all one of a large group (a lidar ray, say).
 */
const SMALLEST_STD = 0.05;
const SMALLEST_STD_IN_GROUP = 0.3;
/** Scaled inputs lie within this. */
export const CLIP = 5;

/**
 * Mean and inverse deviation per column of n rows, times `weights` (d) where groups of like sensors
 * count less; action columns (from `d`) stay as they are. Then the same of the squares.
 */
export function inputScale(
  rows: Float32Array,
  n: number,
  width: number,
  d: number,
  weights: Float32Array,
  squared: number,
): InputScale {
  const scale = noScale(width, squared);
  const { mean, inverse } = scale;
  for (let j = 0; j < d; j++) {
    const [m, deviation] = momentsOf(n, (i) => rows[i * width + j]!);
    mean[j] = m;
    const least = weights[j]! < 1 ? SMALLEST_STD_IN_GROUP : SMALLEST_STD;
    inverse[j] = weights[j]! / Math.max(least, deviation);
  }
  for (let s = 0; s < squared; s++) {
    const j = width - squared + s;
    const [m, deviation] = momentsOf(
      n,
      (i) => ((rows[i * width + j]! - mean[j]!) * inverse[j]!) ** 2,
    );
    mean[width + s] = m;
    inverse[width + s] = (weights[j] ?? 1) / Math.max(SMALLEST_STD, deviation);
  }
  return scale;
}

/** Mean and standard deviation of n values. */
function momentsOf(n: number, value: (i: number) => number): [mean: number, deviation: number] {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const x = value(i);
    sum += x;
    squares += x * x;
  }
  const mean = sum / Math.max(1, n);
  return [mean, Math.sqrt(Math.max(0, squares / Math.max(1, n) - mean * mean))];
}

/**
 * Copy rows [from, from + n) of `rows` into `out` at row `at`, scaled and clipped, squares after them:
 * rows of `out` have width + squared numbers. In place only where nothing is squared.
 */
export function scaleRows(
  rows: Float32Array,
  from: number,
  n: number,
  width: number,
  scale: InputScale,
  out: Float32Array,
  at: number,
): void {
  const { mean, inverse, squared } = scale;
  const inputs = width + squared;
  for (let i = 0; i < n; i++) {
    const read = (from + i) * width;
    const write = (at + i) * inputs;
    for (let j = 0; j < width; j++) {
      const value = (rows[read + j]! - mean[j]!) * inverse[j]!;
      out[write + j] = Math.min(CLIP, Math.max(-CLIP, value));
    }
    for (let j = width; j < inputs; j++) {
      const value = (out[write + j - squared]! ** 2 - mean[j]!) * inverse[j]!;
      out[write + j] = Math.min(CLIP, Math.max(-CLIP, value));
    }
  }
}
