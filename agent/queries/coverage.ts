/** Coverage: chooses, of many queries, those that lie far from each other and from earlier ones. */

/** What both sides of a query look like, (2 d): d numbers of the first, then d of the second. */
export type Features = Float32Array;

/**
 * Greedy k-centre (Gonzalez 1985): indices of `count` of `pool`, each time the one farthest from all that
 * are chosen or asked. Distances are the same whichever way round a pair is put, and in units of each
 * number's standard deviation over pool and asked: one in metres must not drown one in radians.
 */
export function cover(
  pool: readonly Features[],
  count: number,
  asked: readonly Features[],
): number[] {
  const distance = pairDistance([...pool, ...asked]);
  const nearest = pool.map((c) =>
    asked.reduce((least, f) => Math.min(least, distance(c, f)), Number.POSITIVE_INFINITY),
  );
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, pool.length)) {
    let at = -1;
    for (let i = 0; i < pool.length; i++)
      if (!chosen.includes(i) && (at < 0 || nearest[i]! > nearest[at]!)) at = i;
    chosen.push(at);
    for (const [i, c] of pool.entries()) nearest[i] = Math.min(nearest[i]!, distance(c, pool[at]!));
  }
  return chosen;
}

/** Squared distance between two pairs, scaled by what `all` of them vary by; numbers that do not vary are left out. */
export function pairDistance(all: readonly Features[]): (a: Features, b: Features) => number {
  const d = (all[0]?.length ?? 0) / 2;
  const inverse = inverseVariances(all);
  const half = (a: Features, from: number, b: Features, to: number): number => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += inverse[j]! * (a[from + j]! - b[to + j]!) ** 2;
    return sum;
  };
  return (a, b) =>
    Math.min(half(a, 0, b, 0) + half(a, d, b, d), half(a, 0, b, d) + half(a, d, b, 0));
}

/** Of each number over both sides of all; 0 where it does not vary. */
function inverseVariances(all: readonly Features[]): Float64Array {
  const d = (all[0]?.length ?? 0) / 2;
  return Float64Array.from({ length: d }, (_, j) => {
    const values = all.flatMap((f) => [f[j]!, f[d + j]!]);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    return variance > 0 ? 1 / variance : 0;
  });
}

/**
 * Per pair how far its own sides are apart: root mean square over the numbers that vary, in units of each number's
 * standard deviation over all pairs.
 */
export function differences(pairs: readonly Features[]): number[] {
  const inverse = inverseVariances(pairs);
  const d = inverse.length;
  const varying = inverse.reduce((n, v) => n + Number(v > 0), 0);
  return pairs.map((f) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += inverse[j]! * (f[j]! - f[d + j]!) ** 2;
    return varying === 0 ? 0 : Math.sqrt(sum / varying);
  });
}
