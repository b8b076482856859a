/**
 * How far figures have moved from what they were: the population stability index. A fixed limit (0.1, 0.25) is a
 * habit, not a test: what counts is how large it gets while nothing moves.
 */
import { quantile } from '../evaluation/statistics.ts';

/** Bins empty on one side would make it infinite. */
const LEAST = 1e-4;

/** Σ (q − p) ln(q / p) over the bins' shares. */
export function psiOfShares(reference: readonly number[], current: readonly number[]): number {
  let total = 0;
  for (const [i, share] of reference.entries()) {
    const p = Math.max(LEAST, share);
    const q = Math.max(LEAST, current[i]!);
    total += (q - p) * Math.log(q / p);
  }
  return total;
}

/** Inner edges of bins that hold equal shares of the reference; fewer where values repeat. */
export function binEdges(reference: readonly number[], bins = 10): number[] {
  const sorted = [...reference].sort((a, b) => a - b);
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  return edges.filter((edge, i) => i === 0 || edge > edges[i - 1]!);
}

/** @throws RangeError where either is empty. */
export function psi(reference: readonly number[], current: readonly number[], bins = 10): number {
  if (reference.length === 0 || current.length === 0)
    throw new RangeError('psi: needs values on both sides');
  const edges = binEdges(reference, bins);
  return psiOfShares(sharesOf(reference, edges), sharesOf(current, edges));
}

function sharesOf(values: readonly number[], edges: readonly number[]): number[] {
  const shares = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const at = edges.findIndex((edge) => value < edge);
    shares[at < 0 ? edges.length : at]! += 1 / values.length;
  }
  return shares;
}

/** The alarm's limit: as large as it gets by chance, over samples in which nothing moved. */
export function driftLimit(unmoved: readonly number[], level = 0.95): number {
  return quantile(
    [...unmoved].sort((a, b) => a - b),
    level,
  );
}
