import { expect, test } from 'vitest';
import { epicDistance, type PredictReward } from '../../../agent/evaluation/reward-distance.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';

/** The point moves by 0.2 times the action; its reward is minus the distance then. */
const distance = (o: Float32Array, a: Float32Array, i: number) =>
  Math.hypot(o[2 * i]! + 0.2 * a[2 * i]!, o[2 * i + 1]! + 0.2 * a[2 * i + 1]!);

function epic(reward: (o: Float32Array, a: Float32Array, i: number) => number): number {
  const env = createPointWorld();
  const expert = createPointExpert(env);
  const predict: PredictReward = (o, a, n, out) => {
    for (let i = 0; i < n; i++) out[i] = reward(o, a, i);
  };
  return epicDistance(env, {
    predict,
    act: (_, out) => expert.act(out),
    seeds: [1000, 1001, 1002, 1003],
    random: createRandom(1),
  });
}

test('[EVAL-20] the true reward, at any scale and offset, is at distance 0; its opposite at 1', () => {
  expect(epic((o, a, i) => -distance(o, a, i))).toBeLessThan(0.1);
  expect(epic((o, a, i) => 7 - 3 * distance(o, a, i))).toBeLessThan(0.1);
  expect(epic((o, a, i) => distance(o, a, i))).toBeGreaterThan(0.99);
});

test('[EVAL-20] a reward for something else is far away, and a noisy one in between', () => {
  const noise = createRandom(5);
  const noisy = epic((o, a, i) => -distance(o, a, i) + 0.1 * noise.normal());
  const other = epic(() => noise.normal());
  expect(other).toBeGreaterThan(0.55);
  expect(noisy).toBeGreaterThan(0.1);
  expect(noisy).toBeLessThan(other);
});

test('[EVAL-20] the same seeds give the same distance', () => {
  const reward = (o: Float32Array, _: Float32Array, i: number) => o[2 * i]!;
  expect(epic(reward)).toBe(epic(reward));
});
