/** What the work of people comes to: formulas of the key figures, each a pure function. */
import type { Random } from '../../sim/random.ts';
import { type Interval, quantile } from '../evaluation/statistics.ts';
import { driftLimit, psi, psiOfShares } from './drift.ts';

/** Held-out comparisons, and the share of them that a version of the reward model predicts. */
export interface HeldOutAccuracy {
  readonly accuracy: number;
  readonly n: number;
}

export interface Estimate extends Interval {
  readonly value: number;
}

const SAMPLES = 2000;

/**
 * How much less often a version disagrees with held-out answers than the first one: (e₀ − eₖ) / e₀, with the 95 %
 * percentile bootstrap of both samples. undefined: the first one disagrees with nothing.
 */
export function errorReduction(
  first: HeldOutAccuracy,
  last: HeldOutAccuracy,
  random: Random,
): Estimate | undefined {
  const before = 1 - first.accuracy;
  const after = 1 - last.accuracy;
  if (before <= 0) return undefined;
  const drawn: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const e0 = resampled(before, first.n, random);
    if (e0 > 0) drawn.push((e0 - resampled(after, last.n, random)) / e0);
  }
  drawn.sort((a, b) => a - b);
  const value = (before - after) / before;
  return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** Share of errors in as many draws with replacement. */
function resampled(share: number, n: number, random: Random): number {
  let errors = 0;
  for (let i = 0; i < n; i++) if (random.next() < share) errors++;
  return errors / n;
}

/** A moment at which somebody gave feedback, ms since epoch, and how long they took by their own page's clock. */
export interface WorkMoment {
  readonly at: number;
  readonly responseMs: number;
}

/** Longer pauses are none of the work, ms. */
export const IDLE = 60_000;

/** How much of somebody's work ends at each moment, in order: `ms` since the one before, or, after a pause, what it took. */
export function activeSpans(
  moments: readonly WorkMoment[],
  idle = IDLE,
): { readonly at: number; readonly ms: number }[] {
  const sorted = [...moments].sort((one, other) => one.at - other.at);
  return sorted.map(({ at, responseMs }, i) => {
    const gap = i === 0 ? Number.POSITIVE_INFINITY : at - sorted[i - 1]!.at;
    return { at, ms: gap <= idle ? gap : Math.min(responseMs, idle) };
  });
}

/** ms that somebody worked. */
export function activeMs(moments: readonly WorkMoment[], idle = IDLE): number {
  return activeSpans(moments, idle).reduce((sum, { ms }) => sum + ms, 0);
}

/** Bits that one answer between two carries which is right with that probability: 1 − H(p) (Shannon 1948). */
export function bitsOf(accuracy: number): number {
  if (accuracy <= 0 || accuracy >= 1) return 1;
  const wrong = 1 - accuracy;
  return 1 + accuracy * Math.log2(accuracy) + wrong * Math.log2(wrong);
}

export interface Drift {
  readonly psi: number;
  /** What it stays below in 99 % of the cases while nothing moves: as large as it gets between parts of the reference. */
  readonly limit: number;
  readonly isMoved: boolean;
}

const DRAWS = 300;
/** It is looked at again and again, of everybody. */
const LEVEL = 0.99;
/** Values that are all the same have shares that differ by rounding alone. */
const ROUNDING = 1e-9;

/**
 * Whether the newest values differ from those before by more than chance. Numbers are binned by the reference's
 * quintiles, words each for itself. The limit is calibrated on the reference alone, in which nothing moved.
 * @throws RangeError where the reference is not larger than the newest
 */
export function driftOf<T extends number | string>(
  reference: readonly T[],
  newest: readonly T[],
  random: Random,
): Drift {
  if (reference.length <= newest.length)
    throw new RangeError(
      `drift: the reference has ${reference.length} values, needs more than the newest ${newest.length}`,
    );
  const unmoved: number[] = [];
  for (let i = 0; i < DRAWS; i++) {
    const order = shuffled(reference, random);
    unmoved.push(distance(order.slice(newest.length), order.slice(0, newest.length)));
  }
  const value = distance(reference, newest);
  const limit = driftLimit(unmoved, LEVEL);
  return { psi: value, limit, isMoved: value > limit + ROUNDING };
}

const BINS = 5;

function distance(reference: readonly (number | string)[], newest: readonly (number | string)[]) {
  if (typeof reference[0] === 'number')
    return psi(reference as readonly number[], newest as readonly number[], BINS);
  const words = [...new Set([...reference, ...newest])];
  const shares = (of: readonly unknown[]) =>
    words.map((word) => of.filter((value) => value === word).length / of.length);
  return psiOfShares(shares(reference), shares(newest));
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** What was reached for how much work. */
export interface CostPoint {
  readonly hours: number;
  readonly accuracy: number;
}

/** Hours that the last whole hundredth of accuracy took; undefined: there was none yet. */
export function hoursOfLastPercent(curve: readonly CostPoint[]): number | undefined {
  const best = Math.max(...curve.map(({ accuracy }) => accuracy));
  const reached = curve.findIndex(({ accuracy }) => accuracy >= best);
  const before = curve
    .slice(0, Math.max(0, reached))
    .findLast(({ accuracy }) => accuracy <= best - 0.01 + ROUNDING);
  return before && curve[reached]!.hours - before.hours;
}
