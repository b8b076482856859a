import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../agent/nn/gaussian.ts';
import type { Datum } from '../../../agent/reward/dataset.ts';
import { type Interval, intervalsOf } from '../../../agent/reward/intervals.ts';
import { datumNll, TINY } from '../../../agent/reward/likelihoods.ts';
import { createNoise } from '../../../agent/reward/noise.ts';
import { createRandom } from '../../../sim/random.ts';

const base = {
  feedbackId: 'f',
  teacherId: 't',
  fold: 0,
  rows: new Float32Array(0),
  weights: new Float32Array(0),
};
const two = { ...base, parts: [5, 5], strength: 0.7 };
const cases: readonly Datum[] = [
  { ...two, kind: 'preference', choice: 'a' },
  { ...two, kind: 'preference', choice: 'b' },
  { ...two, kind: 'preference', choice: 'equal' },
  { ...two, kind: 'correction', choice: 'a' },
  { ...two, kind: 'demonstration', choice: 'a' },
  { ...two, kind: 'counterfactual', choice: 'a' },
  { ...base, parts: [5], kind: 'rating', score: 0, scale: 5 },
  { ...base, parts: [5], kind: 'rating', score: 2, scale: 5 },
  { ...base, parts: [5], kind: 'rating', score: 4, scale: 5 },
  { ...base, parts: [5], kind: 'rating', score: 1, scale: 2 },
  { ...base, parts: [5], kind: 'reward', value: -0.4 },
  { ...base, parts: [5], kind: 'critique', value: 0.9 },
  { ...base, parts: [1, 1, 1, 1, 1, 1], kind: 'override' },
  { ...base, parts: [1, 1, 1], kind: 'sign', sign: 1 },
  { ...base, parts: [1, 1, 1], kind: 'sign', sign: -1 },
];

/** d nll/du of an interval, plainly. */
function derivative({ low, high, lapse, random, normal }: Interval, u: number): number {
  if (normal) return u;
  const [a, b] = [sigmoid(high - u), sigmoid(low - u)];
  const p = Math.max(TINY, (1 - lapse) * (a - b) + lapse * random);
  return ((1 - lapse) * (a * (1 - a) - b * (1 - b))) / p;
}

describe('feedback as intervals', () => {
  it.each(cases.map((datum, i) => [`${datum.kind} ${i}`, datum] as const))(
    '[RWD-34] the gradient of %s is that of its likelihood',
    (_, datum) => {
      const random = createRandom(7);
      for (let trial = 0; trial < 50; trial++) {
        const noise = createNoise();
        noise.count('t', 10, 3);
        const S = Float64Array.from(datum.parts, () => 3 * random.normal());
        const expected = new Float64Array(S.length);
        datumNll(datum, S, expected, { values: noise, scale: 1 });
        // Noise that has learned something.
        noise.step(random.uniform(0, 0.5), 1);
        expected.fill(0);
        datumNll(datum, S, expected, { values: noise, scale: 0 });
        const actual = new Float64Array(S.length);
        for (const interval of intervalsOf(datum, noise)!) {
          const { parts, factors, offset, share } = interval;
          const u = parts.reduce((sum, part, i) => sum + factors[i]! * S[part]!, offset);
          const pull = share * derivative(interval, u);
          for (const [i, part] of parts.entries()) actual[part]! += factors[i]! * pull;
        }
        for (const [i, g] of expected.entries()) expect(actual[i]).toBeCloseTo(g, 9);
      }
    },
  );

  it('[RWD-34] a ranking has none', () => {
    const ranking: Datum = { ...base, parts: [5, 5], kind: 'ranking', order: [1, 0] };
    expect(intervalsOf(ranking, createNoise())).toBeUndefined();
  });
});
