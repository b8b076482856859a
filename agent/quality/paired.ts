/** Two models judged on the same labels: by how much one is right more often than the other. */
import type { Interval } from '../evaluation/statistics.ts';
import { wilson } from './certify.ts';

/** What two judges of the same labels said. */
export interface PairedCounts {
  /** Both right, the first alone, the second alone, none. */
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly none: number;
}

/**
 * 95 % interval of p(first right) − p(second right): method 10 of Newcombe (1998), "Improved confidence intervals for
 * the difference between binomial proportions based on paired data", Wilson's interval of each, and their correlation.
 */
export function pairedDifference(counts: PairedCounts): Interval & { readonly difference: number } {
  const { both: e, first: f, second: g, none: h } = counts;
  const n = e + f + g + h;
  const [p, q] = [(e + f) / n, (e + g) / n];
  const [own, other] = [wilson(e + f, n), wilson(e + g, n)];
  const phi = correlation(counts);
  const reach = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
  const difference = p - q;
  return {
    difference,
    low: difference - reach(p - own.low, other.high - q),
    high: difference + reach(own.high - p, q - other.low),
  };
}

/** Of what both said, with Newcombe's correction for continuity; 0 where one of them is always right or always wrong. */
function correlation({ both: e, first: f, second: g, none: h }: PairedCounts): number {
  const margins = (e + f) * (g + h) * (e + g) * (f + h);
  if (margins === 0) return 0;
  const product = e * h - f * g;
  const corrected = product > 0 ? Math.max(0, product - (e + f + g + h) / 2) : product;
  return corrected / Math.sqrt(margins);
}
