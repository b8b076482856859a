/**
 * Statistics as LeRobot keeps them, per number of a feature: of one episode, and of all frames. Quantiles are exact
 * (linear between neighbours, as numpy's), found by counting the upper halves of all numbers, and then the lower
 * halves of those beside a quantile. NaN is left out.
 */
export const QUANTILES = { q01: 0.01, q10: 0.1, q50: 0.5, q90: 0.9, q99: 0.99 } as const;

export type Numbers = Float32Array | Float64Array | Uint32Array | Uint8Array;
export type StatisticName = 'min' | 'max' | 'mean' | 'std' | keyof typeof QUANTILES;
export const STATISTICS = [
  'min',
  'max',
  'mean',
  'std',
  ...Object.keys(QUANTILES),
] as StatisticName[];

/** `count`: frames. */
export type Statistics = Readonly<Record<StatisticName, number[]>> & { readonly count: number };

/** Of a column, (frames, size). */
export function statisticsOf(values: Numbers, size: number): Statistics {
  const count = values.length / size;
  const out = { count, ...empty(size) };
  const column = new Float64Array(count);
  for (let j = 0; j < size; j++) {
    let n = 0;
    for (let i = j; i < values.length; i += size)
      if (!Number.isNaN(values[i])) column[n++] = values[i]!;
    const sorted = column.subarray(0, n).sort();
    const mean = sorted.reduce((sum, v) => sum + v, 0) / n;
    const variance = sorted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    out.min[j] = sorted[0] ?? Number.NaN;
    out.max[j] = sorted[n - 1] ?? Number.NaN;
    out.mean[j] = mean;
    out.std[j] = Math.sqrt(variance);
    for (const [name, q] of Object.entries(QUANTILES))
      out[name as StatisticName][j] = between(q, n, (rank) => sorted[rank]!);
  }
  return out;
}

function empty(size: number): Record<StatisticName, number[]> {
  return Object.fromEntries(
    STATISTICS.map((name) => [name, new Array<number>(size).fill(Number.NaN)]),
  ) as Record<StatisticName, number[]>;
}

function between(q: number, n: number, at: (rank: number) => number): number {
  if (n === 0) return Number.NaN;
  const place = q * (n - 1);
  const low = Math.floor(place);
  const high = Math.min(n - 1, low + 1);
  return at(low) + (place - low) * (at(high) - at(low));
}

const HALF = 0x10000;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Float32 as integers of the same order. */
function toKey(value: number): number {
  float[0] = value;
  const b = bits[0]!;
  return (b & 0x80000000 ? ~b : b | 0x80000000) >>> 0;
}

function fromKey(key: number): number {
  bits[0] = key & 0x80000000 ? key & 0x7fffffff : ~key;
  return float[0]!;
}

/** The numbers of one upper half that lies beside a quantile, counted by their lower halves. */
interface Slot {
  readonly dimension: number;
  readonly upper: number;
  readonly counts: Uint32Array;
}

/** Statistics of all frames of a feature, in float32: first `add` every episode, then `refine` every episode again. */
export class Totals {
  readonly size: number;
  /** Upper halves, (size, 65536). */
  readonly #upper: Uint32Array;
  /** Numbers that are not NaN. */
  readonly #n: Float64Array;
  readonly #mean: Float64Array;
  /** Sum of squared distances from the mean. */
  readonly #squares: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #found = new Map<string, number>();
  #frames = 0;

  constructor(size: number) {
    this.size = size;
    this.#upper = new Uint32Array(size * HALF);
    this.#n = new Float64Array(size);
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
    this.#min = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
  }

  add(values: Numbers): void {
    const { size } = this;
    this.#frames += values.length / size;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const j = i % size;
      this.#upper[j * HALF + (toKey(value) >>> 16)]!++;
      // Welford's sums.
      const n = ++this.#n[j]!;
      const step = value - this.#mean[j]!;
      this.#mean[j]! += step / n;
      this.#squares[j]! += step * (value - this.#mean[j]!);
      if (value < this.#min[j]!) this.#min[j] = value;
      if (value > this.#max[j]!) this.#max[j] = value;
    }
  }

  /** What has to be counted to know the quantiles of one number. */
  slots(dimension: number): Slot[] {
    const uppers = new Set(
      this.#ranks(dimension).map((rank) => this.#place(dimension, rank).upper),
    );
    return [...uppers].map((upper) => ({ dimension, upper, counts: new Uint32Array(HALF) }));
  }

  /** Counts one episode into the slots. */
  refine(values: Numbers, slots: readonly Slot[]): void {
    for (const { dimension, upper, counts } of slots)
      for (let i = dimension; i < values.length; i += this.size) {
        const value = values[i]!;
        if (Number.isNaN(value)) continue;
        const key = toKey(value);
        if (key >>> 16 === upper) counts[key & 0xffff]!++;
      }
  }

  /** The slots have seen every episode. */
  settle(slots: readonly Slot[]): void {
    for (const { dimension, upper, counts } of slots)
      for (const rank of this.#ranks(dimension)) {
        const place = this.#place(dimension, rank);
        if (place.upper !== upper) continue;
        let left = place.rest;
        let lower = 0;
        while (left >= counts[lower]!) left -= counts[lower++]!;
        this.#found.set(`${dimension} ${rank}`, fromKey(upper * HALF + lower));
      }
  }

  statistics(): Statistics {
    const all = empty(this.size);
    for (let j = 0; j < this.size; j++) {
      const n = this.#n[j]!;
      if (n === 0) continue;
      all.min[j] = this.#min[j]!;
      all.max[j] = this.#max[j]!;
      all.mean[j] = this.#mean[j]!;
      all.std[j] = Math.sqrt(this.#squares[j]! / n);
      for (const [name, q] of Object.entries(QUANTILES))
        all[name as StatisticName][j] = between(q, n, (rank) => this.#found.get(`${j} ${rank}`)!);
    }
    return { count: this.#frames, ...all };
  }

  #ranks(dimension: number): number[] {
    const n = this.#n[dimension]!;
    const ranks = new Set<number>();
    for (const q of Object.values(QUANTILES))
      between(q, n, (rank) => {
        ranks.add(rank);
        return 0;
      });
    return [...ranks];
  }

  /** In which upper half a rank lies, and how far in. */
  #place(dimension: number, rank: number): { upper: number; rest: number } {
    let rest = rank;
    let upper = 0;
    while (rest >= this.#upper[dimension * HALF + upper]!)
      rest -= this.#upper[dimension * HALF + upper++]!;
    return { upper, rest };
  }
}
