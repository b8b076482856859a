import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  canonicalDistance,
  canonicalForm,
  epicDistance,
  type PredictReward,
} from '../../../agent/evaluation/reward-distance.ts';
import type { Environment } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';

/** The point moves by 0.2 times the action; its reward is minus the distance then. */
const distance = (o: Float32Array, a: Float32Array, i: number) =>
  Math.hypot(o[2 * i]! + 0.2 * a[2 * i]!, o[2 * i + 1]! + 0.2 * a[2 * i + 1]!);

type Reward = (o: Float32Array, a: Float32Array, i: number) => number;

function epic(reward: Reward): number {
  return distanceIn(createPointWorld(), reward)!;
}

function distanceIn(env: Environment, reward: Reward): number | undefined {
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

test('[EVAL-20] neither scale nor offset of what was learned matters', () => {
  const plain: Reward = (o, a, i) => -distance(o, a, i) + 0.5 * o[2 * i]!;
  const expected = epic(plain);
  expect(expected).toBeGreaterThan(0.1);
  const scale = fc.double({ min: 0.01, max: 100, noNaN: true });
  const offset = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(scale, offset, (factor, constant) => {
      const scaled = epic((o, a, i) => factor * (plain(o, a, i) + constant));
      expect(scaled).toBeCloseTo(expected, 3);
    }),
    { numRuns: 20 },
  );
});

test('[EVAL-20] a constant reward is at no distance, whichever of the two it is', () => {
  for (const constant of [0, 5, -1e6])
    expect(distanceIn(createPointWorld(), () => constant)).toBe(undefined);
  const env = createPointWorld();
  const dull: Environment = { ...env, step: (action) => ({ ...env.step(action), reward: 3 }) };
  expect(distanceIn(dull, (o, a, i) => -distance(o, a, i))).toBe(undefined);
});

const STATES = 4;
const ACTIONS = 3;
const GAMMA = 0.9;
const value = fc.double({ min: -10, max: 10, noNaN: true });
const reward = fc.array(value, {
  minLength: STATES * ACTIONS * STATES,
  maxLength: STATES * ACTIONS * STATES,
});
const potential = fc.array(value, { minLength: STATES, maxLength: STATES });
type Transition = readonly [s: number, a: number, next: number];

/** Every transition of a small world, and the last state's as ends. */
const transitions: Transition[] = Array.from({ length: STATES * ACTIONS * STATES }, (_, i) => [
  Math.floor(i / (ACTIONS * STATES)),
  Math.floor(i / STATES) % ACTIONS,
  i % STATES,
]);

/** Canonical form with A and S' uniform, as in the paper's definition 4.1. */
function formOf(r: (s: number, a: number, next: number) => number, ends: boolean): Float64Array {
  const average = (s: number) => {
    const own = transitions.filter((t) => t[0] === s);
    return own.reduce((sum, [, a, next]) => sum + r(s, a, next), 0) / own.length;
  };
  return canonicalForm(
    {
      taken: transitions.map((t) => r(...t)),
      here: transitions.map(([s]) => average(s)),
      next: transitions.map(([, , next]) => (ends && next === 0 ? Number.NaN : average(next))),
    },
    GAMMA,
  );
}

test('[EVAL-20] canonical forms know no shaping, no scale and no offset', () => {
  fc.assert(
    fc.property(
      reward,
      potential,
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      value,
      (table, phi, scale, offset) => {
        fc.pre(new Set(table.map((x) => Math.round(x))).size > 3);
        const plain = (s: number, a: number, next: number) =>
          table[(s * ACTIONS + a) * STATES + next]!;
        const shaped = (s: number, a: number, next: number) =>
          scale * (plain(s, a, next) + GAMMA * phi[next]! - phi[s]!) + offset;
        expect(canonicalDistance(formOf(plain, false), formOf(shaped, false))).toBeCloseTo(0, 3);
        const opposite = formOf((...t) => -shaped(...t), false);
        expect(canonicalDistance(formOf(plain, false), opposite)).toBeCloseTo(1, 6);
        // With ends, scale and offset still; a potential would have to be 0 there.
        const moved = formOf((...t) => scale * plain(...t) + offset, true);
        expect(canonicalDistance(formOf(plain, true), moved)).toBeCloseTo(0, 3);
      },
    ),
  );
});
