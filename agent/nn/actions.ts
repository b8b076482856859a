/** Actions as learners see them: every axis scaled to [−1, 1]. */
import type { BoxSpace } from '../../sim/contract.ts';

/** from (n, k) in the environment's units -> into (n, k) in [−1, 1]; `into` may be `from`. */
export function scaleActions(
  space: Pick<BoxSpace, 'low' | 'high' | 'size'>,
  from: Float32Array,
  n: number,
  into: Float32Array,
): void {
  const { low, high, size } = space;
  for (let j = 0; j < size; j++) {
    const lo = low[j]!;
    const by = 2 / (high[j]! - lo);
    for (let i = j; i < n * size; i += size)
      into[i] = Math.min(1, Math.max(-1, (from[i]! - lo) * by - 1));
  }
}
