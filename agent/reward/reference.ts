/**
 * A ring of recent behaviour: rows (observation, scaled action) in order, with the environment's
 * reward beside them. Normalisation, opponents of demonstrations, pseudo-labels, distances and
 * correlations are made of it.
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
  /** First row of a run of `n` at random, of one episode where it finds one; undefined when there are too few. */
  drawRun(n: number, random: Random): number | undefined;
  /** A row at random and the one that came next in the same episode; undefined when it finds none. */
  drawStep(random: Random): { readonly row: number; readonly next: number } | undefined;
  save(into: SavedArrays): SavedReference;
  load(from: Readonly<Record<string, Float32Array>>, meta: SavedReference): void;
}

export interface SavedReference {
  readonly seen: number;
  /** The newest row. */
  readonly newest?: { readonly episodeId: string; readonly step: number };
}

/** Rows tried before a step is said not to be found. */
const TRIES = 16;

export function createReference(capacity: number, width: number): Reference {
  const rows = new Float32Array(capacity * width);
  const rewards = new Float32Array(capacity);
  /** 1: the next row is the next step of the same episode. */
  const goesOn = new Float32Array(capacity);
  let newest: SavedReference['newest'];
  let seen = 0;
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
        goesOn[slot] = 0;
        if (newest?.episodeId === episode.id && newest.step === t - 1)
          goesOn[(slot + capacity - 1) % capacity] = 1;
        newest = { episodeId: episode.id, step: t };
        seen++;
      }
    },
    drawRun(n, random) {
      const size = Math.min(seen, capacity);
      if (size < n) return undefined;
      let start = 0;
      for (let i = 0; i < TRIES; i++) {
        start = random.integer(size - n + 1);
        if (goesOn.subarray(start, start + n - 1).every((flag) => flag === 1)) break;
      }
      return start;
    },
    drawStep(random) {
      const size = Math.min(seen, capacity);
      for (let i = 0; i < TRIES && size > 1; i++) {
        const row = random.integer(size);
        if (goesOn[row] === 1) return { row, next: (row + 1) % capacity };
      }
      return undefined;
    },
    save(into) {
      const size = Math.min(seen, capacity);
      into['reference/goesOn'] = goesOn.slice(0, size);
      into['reference/rows'] = rows.slice(0, size * width);
      into['reference/rewards'] = rewards.slice(0, size);
      return { seen, ...(newest ? { newest } : {}) };
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
      goesOn.fill(0);
      goesOn.set(from['reference/goesOn'] ?? []);
      ({ seen, newest } = meta);
    },
  };
}

/** How rows become what a network is given: their columns, and the squares of the last `squared`. */
export interface InputScale {
  /** (inputs): of every column, then of the squares of scaled columns. */
  readonly mean: Float32Array;
  readonly inverse: Float32Array;
  readonly squared: number;
}

/** Rows as they are: before there are statistics. */
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
const CLIP = 5;

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
    for (let j = 0; j < inputs; j++) {
      const raw = j < width ? rows[read + j]! : out[write + j - squared]! ** 2;
      out[write + j] = Math.min(CLIP, Math.max(-CLIP, (raw - mean[j]!) * inverse[j]!));
    }
  }
}
