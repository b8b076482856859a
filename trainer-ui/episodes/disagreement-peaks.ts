/** Where along an episode the members of the reward model are furthest apart. */

const MOST = 3;
/** Times the mean: what is less sticks out of nothing. */
const HIGH = 1.5;

/** Steps, in order, at most three, none within `near` steps of one that is higher; `values`: per step, NaN where unknown. */
export function peaksOf(values: readonly number[], near: number): number[] {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const high = values
    .map((value, step) => ({ value, step }))
    .filter(({ value }) => value > 0 && value >= HIGH * mean)
    .sort((a, b) => b.value - a.value);
  const peaks: number[] = [];
  for (const { step } of high)
    if (peaks.length < MOST && peaks.every((peak) => Math.abs(peak - step) > near))
      peaks.push(step);
  return peaks.sort((a, b) => a - b);
}
