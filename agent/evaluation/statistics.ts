/**
 * Statistics of few runs, after Agarwal et al. 2021, "Deep RL at the edge of the statistical
 * precipice" (arXiv 2108.13264): interquartile mean and percentile bootstrap intervals.
 */
import type { Random } from '../../sim/random.ts';

export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? Number.NaN : sum / values.length;
}

/** Mean of the middle half; the values on its two edges count by the share that lies inside. */
export function iqm(values: readonly number[]): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const inside = Math.min(i + 1, 0.75 * n) - Math.max(i, 0.25 * n);
    if (inside > 0) sum += inside * sorted[i]!;
  }
  return sum / (0.5 * n);
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan). `sorted` ascends. */
export function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + (sorted[Math.min(below + 1, sorted.length - 1)]! - low) * (position - below);
}

export interface BootstrapOptions {
  /** Statistic of the pooled sample; default `iqm`. */
  readonly statistic?: (values: readonly number[]) => number;
  /** Resamples; default 2000. */
  readonly samples?: number;
  /** Coverage; default 0.95. */
  readonly level?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap interval. Give one list per stratum (task or training seed) to resample
 * within strata; a plain list of numbers is a single stratum.
 * @throws RangeError for an empty stratum, or a level or number of samples outside its range.
 */
export function bootstrapInterval(
  values: readonly number[] | readonly (readonly number[])[],
  random: Random,
  options: BootstrapOptions = {},
): Interval {
  const { statistic = iqm, samples = 2000, level = 0.95 } = options;
  if (!(level > 0 && level < 1)) throw new RangeError(`level: is ${level}, allowed 0 to 1`);
  if (!(samples >= 1)) throw new RangeError(`samples: is ${samples}, allowed 1 or more`);
  const strata = (Array.isArray(values[0]) ? values : [values]) as readonly (readonly number[])[];
  if (strata.some((stratum) => stratum.length === 0))
    throw new RangeError('values: a stratum is empty, expected at least one number');
  const resample: number[] = new Array(strata.reduce((n, stratum) => n + stratum.length, 0));
  const statistics: number[] = [];
  for (let s = 0; s < samples; s++) {
    let at = 0;
    for (const stratum of strata)
      for (let i = 0; i < stratum.length; i++)
        resample[at++] = stratum[random.integer(stratum.length)]!;
    statistics.push(statistic(resample));
  }
  statistics.sort((a, b) => a - b);
  return {
    low: quantile(statistics, (1 - level) / 2),
    high: quantile(statistics, (1 + level) / 2),
  };
}

export interface Summary {
  readonly mean: number;
  readonly iqm: number;
  /** 95 % bootstrap interval of the interquartile mean. */
  readonly low: number;
  readonly high: number;
}

/** Mean, interquartile mean and its 95 % interval. @throws RangeError for no values. */
export function summarise(values: readonly number[], random: Random): Summary {
  return { mean: mean(values), iqm: iqm(values), ...bootstrapInterval(values, random) };
}

/** Pearson's correlation; NaN where one side does not vary. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = Math.min(a.length, b.length);
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? Number.NaN : ab / Math.sqrt(aa * bb);
}
