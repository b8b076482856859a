import { expect, test } from 'vitest';
import { drawBatch } from '../../../agent/reward/batch.ts';
import { type RewardConfig, rewardDefaults } from '../../../agent/reward/config.ts';
import type { Datum } from '../../../agent/reward/dataset.ts';
import { createNoise } from '../../../agent/reward/noise.ts';
import { createReference, noScale } from '../../../agent/reward/reference.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const WIDTH = 3;
const STEPS = 20;
const surf = { threshold: 0.99, ratio: 4, weight: 1, crop: 5 };

/** One comparison of two clips of `STEPS` steps, and behaviour without answers. */
function setUp(changes: Partial<RewardConfig['surf'] & object> = {}, seed = 1) {
  const random = createRandom(seed);
  const spec = syntheticSpec(2, 1);
  const reference = createReference(500, WIDTH);
  reference.add(syntheticEpisode(spec, 400, random), 0, 400, (e, t, actions, out, at) => {
    out.set(e.observations.subarray(2 * t, 2 * t + 2), at);
    out[at + 2] = actions[t]!;
  });
  const datum: Datum = {
    kind: 'preference',
    feedbackId: 'f',
    teacherId: 't',
    fold: 0,
    rows: Float32Array.from({ length: 2 * STEPS * WIDTH }, () => random.normal()),
    weights: new Float32Array(2 * STEPS).fill(1),
    parts: [STEPS, STEPS],
    choice: 'a',
    strength: 1,
  };
  const config = { ...rewardDefaults, surf: { ...surf, ...changes } };
  const source = { width: WIDTH, config, scale: noScale(WIDTH, 0), reference };
  const scratch = { inputs: new Float32Array(0) };
  return drawBatch(new Map([['preference', [datum]]]), source, scratch, random)!;
}

/** Rewards of `value(row)` for every row of the batch, judged. */
function judge(batch: ReturnType<typeof setUp>, value: (row: number) => number) {
  const outputs = Float32Array.from({ length: batch.rows }, (_, row) => value(row));
  const gradient = new Float32Array(batch.rows);
  const noise = createNoise();
  const result = batch.loss(outputs, gradient, noise, 1);
  return { ...result, gradient, noise };
}

/** Rows of clip `i` (0, 1: answered; from 2: pairs without an answer). */
const clip = (gradient: Float32Array, i: number) => gradient.subarray(i * STEPS, (i + 1) * STEPS);
const cut = (part: Float32Array) => [
  part.findIndex((g) => g !== 0),
  part.findLastIndex((g) => g !== 0),
];

test('[RWD-25] pairs are labelled only where the model is surer than the threshold', () => {
  const batch = setUp();
  expect(batch.rows).toBe(2 * STEPS * (1 + surf.ratio));
  const sides = (first: number) => (row: number) => (Math.floor(row / STEPS) % 2 === 0 ? first : 0);
  const labelled = (rewardOfA: number) => {
    const { gradient } = judge(batch, sides(rewardOfA));
    return Array.from({ length: surf.ratio }, (_, i) => clip(gradient, 2 + 2 * i)).filter((part) =>
      part.some((g) => g !== 0),
    ).length;
  };
  // σ(20 · 0.1) = 0.88 is not sure enough; σ(20 · 0.4) is.
  expect(labelled(0.1)).toBe(0);
  expect(labelled(0.4)).toBe(surf.ratio);
  expect(labelled(-0.4)).toBe(surf.ratio);
  const { gradient } = judge(setUp({ threshold: 0.8 }), sides(0.1));
  expect(clip(gradient, 2).some((g) => g !== 0)).toBe(true);
});

test('[RWD-25] a pseudo-label says what the model thinks: the better clip is made better still', () => {
  const { gradient } = judge(setUp(), (row) => (Math.floor(row / STEPS) % 2 === 0 ? -0.4 : 0));
  const pushed = (i: number) => clip(gradient, i).reduce((sum, g) => sum + g, 0);
  for (let i = 2; i < 2 + 2 * surf.ratio; i += 2) {
    expect(pushed(i)).toBeGreaterThan(0); // descent lowers it
    expect(pushed(i + 1)).toBeLessThan(0);
  }
});

test('[RWD-25] crops leave both clips equally long, and what is cut off without a gradient', () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 40; seed++) {
    const { gradient } = judge(setUp({}, seed), () => 0.01);
    const [a, b] = [cut(clip(gradient, 0)), cut(clip(gradient, 1))];
    expect(a).toEqual(b);
    const [first, last] = a as [number, number];
    expect(first).toBeLessThanOrEqual(surf.crop);
    expect(STEPS - 1 - last).toBeLessThanOrEqual(surf.crop);
    for (let i = first; i <= last; i++) expect(clip(gradient, 0)[i]).not.toBe(0);
    lengths.add(last - first + 1);
  }
  expect(lengths.size).toBeGreaterThan(4);
});

test('[RWD-25] pseudo-labels are no answers: they count for no accuracy and teach no teacher’s noise', () => {
  const { decisive, right, noise } = judge(setUp(), (row) =>
    Math.floor(row / STEPS) % 2 === 0 ? 0.4 : 0,
  );
  expect([decisive, right]).toEqual([1, 1]);
  const value = (name: string) => noise.entries().find(([n]) => n === name)?.[1];
  const before = value('beta/pseudo');
  noise.step(0.1, 1);
  expect(value('beta/pseudo')).toBe(before);
  expect(value('beta/t')).not.toBe(0);
});
