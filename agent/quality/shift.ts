/**
 * Whether the newest episodes are distributed as those before them: the population stability index of each component
 * over fixed bins, against a limit that is calibrated on the reference itself. Steps of an episode resemble each
 * other: therefore what is drawn there at random and held against the others is whole episodes, not steps.
 */
import type { Random } from '../../sim/random.ts';

/** Tenths of the reference, and what lies below its least and above its greatest value. */
const BINS = 10;
const EDGES = BINS + 1;
const CELLS = BINS + 2;
/** Of as many episodes of the reference as the newest are. */
const DRAWS = 64;

export interface Shift {
  /** By component. */
  readonly psi: Float32Array;
  /** What each stays below while nothing moves. */
  readonly limits: Float32Array;
  /** The component that is farthest beyond its limit, or nearest to it. */
  readonly at: number;
  /** Of that one: 0 as chance on average, 1 at its limit, above 1 it has moved. */
  readonly ratio: number;
}

export interface ShiftOptions {
  /** Components of a row. */
  readonly size: number;
  /** Newest episodes that are held against the reference. */
  readonly window: number;
  /** Times the largest deviation of draws of the reference from their mean. */
  readonly factor: number;
  readonly random: Random;
}

export interface ShiftTest {
  /** Rows of the next episode, (n, size). */
  add(rows: Float32Array): void;
  /** undefined: the window is not full yet. */
  shift(): Shift | undefined;
}

/**
 * @param reference rows of episodes in their order, (n, size) each
 * @throws RangeError where the reference is not longer than the window
 */
export function createShiftTest(
  reference: readonly Float32Array[],
  options: ShiftOptions,
): ShiftTest {
  const { size, window } = options;
  if (reference.length <= window)
    throw new RangeError(
      `shift: the reference has ${reference.length} episodes, needs more than the window of ${window}`,
    );
  const edges = edgesOf(reference, size);
  const sharesOf = createShares(1 / (2 * reference.length)); // half an episode of the reference
  const counts = reference.map((rows) => countsOf(rows, edges, size));
  const total = sumOf(counts, size);
  const { mean, deviation, most } = chanceOf(counts, total, { ...options, sharesOf });
  const limits = mean.map((each, c) => each + options.factor * most * deviation[c]!);
  /** 1 at the limit, 0 at what chance comes to on average. */
  const partOf = (psi: Float32Array, c: number) =>
    Math.max(0, (psi[c]! - mean[c]!) / (limits[c]! - mean[c]!));
  const newest: Uint32Array[] = [];
  return {
    add(rows) {
      newest.push(countsOf(rows, edges, size));
      if (newest.length > window) newest.shift();
    },
    shift() {
      if (newest.length < window) return undefined;
      const psi = psiOf(total, sumOf(newest, size), { size, sharesOf });
      let at = 0;
      for (let c = 1; c < size; c++) if (partOf(psi, c) > partOf(psi, at)) at = c;
      return { psi, limits, at, ratio: partOf(psi, at) };
    },
  };
}

/** (size, EDGES), ascending: least value, tenths, and just beyond the greatest. */
function edgesOf(reference: readonly Float32Array[], size: number): Float32Array {
  const n = reference.reduce((sum, rows) => sum + rows.length / size, 0);
  const edges = new Float32Array(size * EDGES);
  const column = new Float32Array(n);
  for (let c = 0; c < size; c++) {
    let i = 0;
    for (const rows of reference)
      for (let at = c; at < rows.length; at += size) column[i++] = rows[at]!;
    column.sort();
    const [least, greatest] = [column[0]!, column[n - 1]!];
    // What differs by rounding alone is no other value.
    const rounding = 1e-4 * (greatest - least) + 1e-6 * (1 + Math.abs(greatest));
    edges[c * EDGES] = least - rounding;
    for (let b = 1; b < BINS; b++) edges[c * EDGES + b] = column[Math.floor((b * n) / BINS)]!;
    edges[c * EDGES + BINS] = greatest + rounding;
  }
  return edges;
}

/** (size, CELLS): how many rows have the component in each cell. */
function countsOf(rows: Float32Array, edges: Float32Array, size: number): Uint32Array {
  const counts = new Uint32Array(size * CELLS);
  for (let at = 0; at < rows.length; at++) {
    const c = at % size;
    let [low, high] = [c * EDGES, (c + 1) * EDGES];
    // The first edge beyond it.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= rows[at]!) low = middle + 1;
      else high = middle;
    }
    counts[c * CELLS + low - c * EDGES]!++;
  }
  return counts;
}

function sumOf(counts: readonly Uint32Array[], size: number): Uint32Array {
  const sum = new Uint32Array(size * CELLS);
  for (const each of counts) for (let i = 0; i < sum.length; i++) sum[i]! += each[i]!;
  return sum;
}

interface Bins {
  readonly size: number;
  readonly sharesOf: (rows: number) => Shares;
}

/** By count, of so many rows: its share, and the logarithm of that. */
interface Shares {
  readonly share: Float64Array;
  readonly log: Float64Array;
}

/** @param least share below which nothing is known of a cell: an empty one is no surprise */
function createShares(least: number): Bins['sharesOf'] {
  const known = new Map<number, Shares>();
  return (rows) => {
    const old = known.get(rows);
    if (old) return old;
    const share = Float64Array.from({ length: rows + 1 }, (_, n) => Math.max(least, n / rows));
    const made = { share, log: share.map(Math.log) };
    known.set(rows, made);
    return made;
  };
}

/** Σ (q − p) ln(q / p) over the cells of each component. */
function psiOf(reference: Uint32Array, current: Uint32Array, { size, sharesOf }: Bins) {
  const [before, now] = [sharesOf(rowsIn(reference)), sharesOf(rowsIn(current))];
  const psi = new Float32Array(size);
  for (let c = 0, i = 0; c < size; c++) {
    let sum = 0;
    for (const end = i + CELLS; i < end; i++) {
      const [p, q] = [reference[i]!, current[i]!];
      sum += (now.share[q]! - before.share[p]!) * (now.log[q]! - before.log[p]!);
    }
    psi[c] = sum;
  }
  return psi;
}

/** Each component has them all. */
function rowsIn(counts: Uint32Array): number {
  let n = 0;
  for (let i = 0; i < CELLS; i++) n += counts[i]!;
  return n;
}

/** By component, of what the index comes to between draws of the reference and its rest. */
interface Chance {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** Deviations above its mean that any component of any draw comes to. */
  readonly most: number;
}

/**
 * Each component is measured in its own deviations, so that the largest over all of them has one limit: as many as
 * there are, they raise no more alarms (Westfall and Young 1993).
 */
function chanceOf(
  counts: readonly Uint32Array[],
  total: Uint32Array,
  { size, window, random, sharesOf }: ShiftOptions & Bins,
): Chance {
  const draws = Array.from({ length: DRAWS }, () => {
    const inside = sumOf(drawn(counts, window, random), size);
    const outside = total.map((count, i) => count - inside[i]!);
    return psiOf(outside, inside, { size, sharesOf });
  });
  const floor = floorOf(rowsIn(total) / counts.length, counts.length, window);
  const mean = new Float32Array(size);
  const deviation = new Float32Array(size);
  let most = 0;
  for (let c = 0; c < size; c++) {
    for (const psi of draws) mean[c]! += psi[c]! / DRAWS;
    let variance = 0;
    for (const psi of draws) variance += (psi[c]! - mean[c]!) ** 2 / (DRAWS - 1);
    deviation[c] = Math.max(floor, Math.sqrt(variance));
    for (const psi of draws) most = Math.max(most, (psi[c]! - mean[c]!) / deviation[c]!);
  }
  return { mean, deviation, most };
}

/** So many, each at most once. */
function drawn<T>(all: readonly T[], n: number, random: Random): T[] {
  const left = [...all];
  return Array.from({ length: n }, () => left.splice(random.integer(left.length), 1)[0]!);
}

/** The index's deviation between as many independent rows of `n` an episode, none of which moved (Yurdakul 2018). */
function floorOf(n: number, episodes: number, window: number): number {
  const mean = (BINS - 1) * (1 / (window * n) + 1 / ((episodes - window) * n));
  return mean * Math.sqrt(2 / (BINS - 1));
}
