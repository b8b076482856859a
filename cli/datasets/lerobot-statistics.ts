/**
 * Statistics as LeRobot keeps them, per number of a feature: of one episode, and of all frames. Quantiles are exact
 * (linear between neighbours, as numpy's), found digit by digit: a pass over the data for each. NaN is left out.
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

/** Bits of a key that a pass counts, from the top: few enough that the counts of hundreds of numbers are small. */
const DIGITS = [11, 11, 10] as const;

/** A rank among all numbers, as far as its key is known. */
interface Search {
  readonly rank: number;
  /** Top bits of its key. */
  prefix: number;
  /** Its rank among the numbers with the same top bits. */
  rest: number;
}

/** How often each next digit came, by the digits before. */
type Counts = Map<number, Uint32Array>;

/**
 * Statistics of all frames of a feature, in float32: first `add` every episode, then, as long as `descend` says so,
 * `refine` every episode again.
 */
export class Totals {
  readonly size: number;
  /** Numbers that are not NaN. */
  readonly #n: Float64Array;
  readonly #mean: Float64Array;
  /** Sum of squared distances from the mean. */
  readonly #squares: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #counts: Counts[];
  readonly #searches: Search[][];
  /** Digits that the searches know. */
  #known = 0;
  #frames = 0;

  constructor(size: number) {
    this.size = size;
    this.#n = new Float64Array(size);
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
    this.#min = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(size).fill(Number.NEGATIVE_INFINITY);
    this.#counts = Array.from({ length: size }, () => countsFor([0], DIGITS[0]));
    this.#searches = Array.from({ length: size }, () => []);
  }

  add(values: Numbers): void {
    const { size } = this;
    this.#frames += values.length / size;
    this.refine(values);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const j = i % size;
      // Welford's sums.
      const n = ++this.#n[j]!;
      const step = value - this.#mean[j]!;
      this.#mean[j]! += step / n;
      this.#squares[j]! += step * (value - this.#mean[j]!);
      if (value < this.#min[j]!) this.#min[j] = value;
      if (value > this.#max[j]!) this.#max[j] = value;
    }
  }

  /** Counts one episode's next digits. */
  refine(values: Numbers): void {
    const { size } = this;
    const width = DIGITS[this.#known]!;
    const below = 32 - knownBits(this.#known) - width;
    const mask = 2 ** width - 1;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const digits = toKey(value) >>> below;
      const counts = this.#counts[i % size]!.get(digits >>> width);
      if (counts) counts[digits & mask]!++;
    }
  }

  /** Every episode was counted: the searches know a digit more. False: they know all. */
  descend(): boolean {
    const width = DIGITS[this.#known]!;
    if (this.#known === 0)
      for (let j = 0; j < this.size; j++) this.#searches[j] = searchesOf(this.#n[j]!);
    this.#known++;
    const next = DIGITS[this.#known];
    for (const [j, searches] of this.#searches.entries()) {
      for (const search of searches) {
        const counts = this.#counts[j]!.get(search.prefix)!;
        let digit = 0;
        while (search.rest >= counts[digit]!) search.rest -= counts[digit++]!;
        search.prefix = search.prefix * 2 ** width + digit;
      }
      const prefixes = searches.map((search) => search.prefix);
      this.#counts[j] = next === undefined ? new Map() : countsFor(prefixes, next);
    }
    return next !== undefined;
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
      const at = (rank: number) =>
        fromKey(this.#searches[j]!.find((search) => search.rank === rank)!.prefix);
      for (const [name, q] of Object.entries(QUANTILES))
        all[name as StatisticName][j] = between(q, n, at);
    }
    return { count: this.#frames, ...all };
  }
}

function countsFor(prefixes: readonly number[], width: number): Counts {
  return new Map(prefixes.map((prefix) => [prefix, new Uint32Array(2 ** width)]));
}

function knownBits(digits: number): number {
  return DIGITS.slice(0, digits).reduce<number>((sum, width) => sum + width, 0);
}

/** The ranks beside every quantile of `n` numbers. */
function searchesOf(n: number): Search[] {
  const ranks = new Set<number>();
  for (const q of Object.values(QUANTILES))
    between(q, n, (rank) => {
      ranks.add(rank);
      return 0;
    });
  return [...ranks].map((rank) => ({ rank, prefix: 0, rest: rank }));
}
