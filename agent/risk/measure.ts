/** How well a score tells what is risky from what is not, and how true its probabilities are. */
import { sigmoid, softplus } from '../nn/gaussian.ts';

/**
 * Probability that a positive has the higher score than a negative, ties count half (area under the ROC curve);
 * NaN without either.
 */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number {
  const all = [
    ...positives.map((score) => ({ score, positive: 1 })),
    ...negatives.map((score) => ({ score, positive: 0 })),
  ].sort((a, b) => a.score - b.score);
  let below = 0;
  let sum = 0;
  for (let i = 0; i < all.length; ) {
    let [tied, hits] = [0, 0];
    const { score } = all[i]!;
    for (; i < all.length && all[i]!.score === score; i++) {
      tied += 1 - all[i]!.positive;
      hits += all[i]!.positive;
    }
    sum += hits * (below + tied / 2);
    below += tied;
  }
  return sum / (positives.length * negatives.length);
}

/** Bins of equal count, at most; ties stay together. */
const BINS = 10;

/**
 * Expected calibration error: mean over bins, each with as many predictions, of the difference between mean
 * probability and share of ones (Naeini et al. 2015, with the equal-mass bins of Nguyen & O'Connor 2015). NaN
 * without predictions.
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): number {
  const n = probabilities.length;
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => probabilities[a]! - probabilities[b]! || a - b,
  );
  let error = 0;
  for (let from = 0; from < n; ) {
    let to = Math.min(n, Math.max(from + 1, from + Math.ceil(n / BINS)));
    while (to < n && probabilities[order[to]!] === probabilities[order[to - 1]!]) to++;
    let difference = 0;
    for (let i = from; i < to; i++) difference += probabilities[order[i]!]! - labels[order[i]!]!;
    error += Math.abs(difference) / n;
    from = to;
  }
  return n === 0 ? Number.NaN : error;
}

/** log-odds ↦ a · log-odds + b. */
export interface Calibration {
  readonly a: number;
  readonly b: number;
}

/**
 * Platt's scaling (1999) of log-odds with his targets, by Newton's method as Lin, Lin & Weng (2007) have it; a ≥ 0.
 */
export function calibrationOf(logits: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  const n = logits.length;
  let ones = 0;
  for (let i = 0; i < n; i++) ones += labels[i]!;
  const [high, low] = [(ones + 1) / (ones + 2), 1 / (n - ones + 2)];
  const loss = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const x = a * logits[i]! + b;
      sum += softplus(x) - (labels[i]! > 0 ? high : low) * x;
    }
    return sum;
  };
  let [a, b] = [0, Math.log((ones + 1) / (n - ones + 1))];
  for (let iteration = 0; iteration < 50; iteration++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < n; i++) {
      const p = sigmoid(a * logits[i]! + b);
      const g = p - (labels[i]! > 0 ? high : low);
      const h = p * (1 - p);
      ga += g * logits[i]!;
      gb += g;
      haa += h * logits[i]! ** 2;
      hab += h * logits[i]!;
      hbb += h;
    }
    if (Math.abs(ga) < 1e-7 * n && Math.abs(gb) < 1e-7 * n) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const before = loss(a, b);
    const slope = ga * da + gb * db;
    let step = 1;
    while (step > 1e-10 && !(loss(a + step * da, b + step * db) <= before + 1e-4 * step * slope))
      step /= 2;
    if (step <= 1e-10) break;
    a += step * da;
    b += step * db;
  }
  // Scores that order the held-out steps the wrong way round know nothing.
  return a >= 0 ? { a, b } : { a: 0, b: Math.log((ones + 1) / (n - ones + 1)) };
}
