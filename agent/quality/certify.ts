/**
 * From which confidence on a model's answers may stand for a person's: only where held-out answers of people show
 * that they are right often enough, with 95 % certainty.
 */
import type { Interval } from '../evaluation/statistics.ts';

/** 95 % of a normal distribution lie below it. */
const Z = 1.6448536269514722;
/** 95 % lie between it and its negative. */
const Z_BOTH = 1.959963984540054;

/** One-sided 95 % lower bound of a share (Wilson 1927). */
export function wilsonLower(right: number, n: number, z = Z): number {
  if (n === 0) return 0;
  const share = right / n;
  const middle = share + (z * z) / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return (middle - spread) / (1 + (z * z) / n);
}

/** Two-sided 95 % interval of a share (Wilson 1927). */
export function wilson(right: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  return { low: wilsonLower(right, n, Z_BOTH), high: 1 - wilsonLower(n - right, n, Z_BOTH) };
}

/** Fewest answers with so many errors among them that show a share of `target`. */
export function labelsNeeded(target: number, errors: number, z = Z): number {
  let n = errors + 1;
  while (wilsonLower(n - errors, n, z) < target) n++;
  return n;
}

export interface HeldOut {
  /** Of the model in its own answer. */
  readonly confidence: number;
  /** Whether a person answered the same. */
  readonly isRight: boolean;
}

export interface Certificate {
  /** Answers with this confidence or more may stand. */
  readonly threshold: number;
  /** Held-out answers at or above it, how many of them are right, and the lower bound of their share. */
  readonly labels: number;
  readonly right: number;
  readonly lower: number;
}

/** Each set is larger than the one before by this factor. */
const GROWTH = 1.25;
/** Where sequences of sets begin: at the fewest labels that can show it, and at this share of all of them. */
const SHARE = 0.25;
export const SEQUENCES = 2;

/**
 * Sets of the most confident answers are tested from small to large, and the first that fails ends the sequence: to look
 * for the best of many thresholds would choose a lucky one. One sequence begins with so few that one may be wrong, for
 * a model that is hardly ever; the other with a quarter of all, since the labels of people who err now and then show
 * nothing in small numbers. Neither looks at what is right before it begins. undefined: none is shown to be good enough.
 * @param z one-sided quantile of the certainty of each sequence; default: 95 % for both together
 * @throws RangeError for a target that no number of answers can show
 */
export function certifyThreshold(
  heldOut: readonly HeldOut[],
  target: number,
  z = Z_BOTH,
): Certificate | undefined {
  if (!(target > 0 && target < 1)) throw new RangeError(`target: is ${target}, allowed 0 to 1`);
  const sorted = [...heldOut].sort((a, b) => b.confidence - a.confidence);
  const fewest = labelsNeeded(target, 1, z);
  const starts = [fewest, Math.max(fewest, Math.ceil(sorted.length * SHARE))];
  const found = starts.flatMap((first) => lastShown(sorted, target, z, first) ?? []);
  return found.sort((a, b) => b.labels - a.labels)[0];
}

/** Of one sequence of sets, most confident first. */
function lastShown(
  sorted: readonly HeldOut[],
  target: number,
  z: number,
  first: number,
): Certificate | undefined {
  let certificate: Certificate | undefined;
  for (let size = first; size <= sorted.length; size = Math.ceil(size * GROWTH)) {
    const threshold = sorted[size - 1]!.confidence;
    const above = sorted.filter(({ confidence }) => confidence >= threshold);
    const right = above.filter(({ isRight }) => isRight).length;
    const lower = wilsonLower(right, above.length, z);
    if (lower < target) break;
    certificate = { threshold, labels: above.length, right, lower };
  }
  return certificate;
}
