/**
 * When a model is looked at, whether it may answer in people's place, and whether it still may. However often it is
 * looked at, it is certified wrongly in 5 % of runs at most: look k has 0.05 / (k (k + 1)) of that, which sums to 0.05,
 * and its sequences of sets share it.
 */
import { type Certificate, labelsNeeded, SEQUENCES, wilsonLower } from './certify.ts';

const ALPHA = 0.05;
/** Labels have to be so many times those of the last look: a look costs certainty. */
const LOOK_GROWTH = 2;
/** The newest audits that are judged by themselves, and how few say nothing. */
const WINDOW = 50;
const LEAST_AUDITS = 10;

/** One-sided quantile of each sequence of look k, from 1 on. */
export function lookQuantile(look: number): number {
  return upperQuantile(ALPHA / (look * (look + 1) * SEQUENCES));
}

/** Held-out labels at which the next look is taken. @param past labels at each look so far */
export function nextLook(past: readonly number[], target: number): number {
  const least = labelsNeeded(target, 1, lookQuantile(past.length + 1));
  return Math.max(least, LOOK_GROWTH * (past.at(-1) ?? 0));
}

/**
 * Why a certificate holds no more; undefined: it holds.
 * - `audit`: the newest audits by themselves show that fewer than `target` are right;
 * - `bound`: with all audits beside the labels that it was given for, it is not shown any more.
 * @param audits whether a person answered the same, oldest first
 */
export function withdrawal(
  { right, labels }: Pick<Certificate, 'right' | 'labels'>,
  audits: readonly boolean[],
  target: number,
): 'audit' | 'bound' | undefined {
  const newest = audits.slice(-WINDOW);
  const wrong = newest.filter((isRight) => !isRight).length;
  const best = 1 - wilsonLower(wrong, newest.length);
  if (newest.length >= LEAST_AUDITS && best < target) return 'audit';
  const confirmed = audits.filter(Boolean).length;
  return wilsonLower(right + confirmed, labels + audits.length) < target ? 'bound' : undefined;
}

/** Acklam's rational approximation of the normal quantile, upper tail: |error| < 1.2e−9 relative. `p` in (0, 0.5]. */
function upperQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return -ratio(TAIL, TAIL_UNDER, q);
  }
  const q = 0.5 - p;
  return q * ratio(CENTRE, CENTRE_UNDER, q * q);
}

/** Coefficients of the highest power first; the denominator ends with 1. */
function ratio(over: readonly number[], under: readonly number[], x: number): number {
  const horner = (list: readonly number[]) => list.reduce((sum, c) => sum * x + c, 0);
  return horner(over) / horner(under);
}

const CENTRE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRE_UNDER = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  1,
];
const TAIL = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_UNDER = [
  0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1,
];
