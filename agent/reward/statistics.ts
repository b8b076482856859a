/** Small statistics of the reward model's report. */

/** Pearson correlation of the first n numbers; 0 when either side is constant. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>, n: number): number {
  if (n < 2) return 0;
  let mx = 0;
  let my = 0;
  for (let i = 0; i < n; i++) {
    mx += x[i]! / n;
    my += y[i]! / n;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const a = x[i]! - mx;
    const b = y[i]! - my;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** Whether the first n values differ by no more than rounding: correlation with them means nothing. */
export function isConstant(x: ArrayLike<number>, n: number): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    low = Math.min(low, x[i]!);
    high = Math.max(high, x[i]!);
  }
  return high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high)) || n < 2;
}

/** Pearson distance, in [0, 1]: EPIC's D_ρ (Gleave et al. 2021) without its canonicalisation. */
export function pearsonDistance(correlation: number): number {
  return Math.sqrt(Math.max(0, 1 - correlation) / 2);
}

export interface ReliabilityBin {
  /** Mean predicted probability of the likelier answer. */
  readonly confidence: number;
  /** How often it was given. */
  readonly accuracy: number;
  readonly count: number;
}

/** Confidence in [0.5, 1] against how often it was right, in bins of equal width. */
export function reliability(
  confidences: readonly number[],
  right: readonly boolean[],
  bins = 10,
): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ p: 0, right: 0, n: 0 }));
  for (const [i, p] of confidences.entries()) {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.floor((p - 0.5) * 2 * bins)))]!;
    bin.p += p;
    bin.right += right[i] ? 1 : 0;
    bin.n++;
  }
  return sums
    .filter((s) => s.n > 0)
    .map((s) => ({ confidence: s.p / s.n, accuracy: s.right / s.n, count: s.n }));
}

/** Expected calibration error: mean |confidence − accuracy| over bins, weighted by count. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((n, b) => n + b.count, 0);
  if (total === 0) return 0;
  return bins.reduce((sum, b) => sum + b.count * Math.abs(b.confidence - b.accuracy), 0) / total;
}

/**
 * Best possible accuracy for a teacher who answers repeated questions alike in a share `agreement`
 * of cases: with independent errors, agreement = p² + (1 − p)².
 */
export function ceilingFromAgreement(agreement: number): number {
  return agreement <= 0.5 ? 0.5 : 0.5 * (1 + Math.sqrt(2 * agreement - 1));
}

/**
 * Mean over `queries` of the distance to the nearest of `known`, in multiples of the mean distance
 * between neighbours within `known`: 1 is as close as labels are to each other. Rows (·, width).
 */
export function relativeDistance(
  queries: Float32Array,
  n: number,
  known: Float32Array,
  m: number,
  width: number,
): number {
  if (n === 0 || m < 2) return 0;
  const nearest = (row: Float32Array, at: number, skip: number) => {
    let best = Number.POSITIVE_INFINITY;
    for (let j = 0; j < m; j++) {
      if (j === skip) continue;
      let sum = 0;
      for (let c = 0; c < width && sum < best; c++)
        sum += (row[at + c]! - known[j * width + c]!) ** 2;
      if (sum < best) best = sum;
    }
    return Math.sqrt(best);
  };
  let own = 0;
  const step = Math.max(1, Math.floor(m / 64));
  let counted = 0;
  for (let j = 0; j < m; j += step) {
    own += nearest(known, j * width, j);
    counted++;
  }
  let far = 0;
  for (let i = 0; i < n; i++) far += nearest(queries, i * width, -1);
  return far / n / Math.max(1e-6, own / counted);
}
