import { describe, expect, it } from 'vitest';
import type { Datum } from '../../../agent/reward/dataset.ts';
import { datumNll, preferenceProbabilities } from '../../../agent/reward/likelihoods.ts';
import { createNoise, type Noise } from '../../../agent/reward/noise.ts';
import { createRandom } from '../../../sim/random.ts';

/** A noise table whose values a test can move and whose gradients it can read. */
function tableOf(values: Map<string, number>, gradients: Map<string, number>): Noise {
  return {
    value(name, prior) {
      if (!values.has(name)) values.set(name, prior.initial);
      return values.get(name)!;
    },
    add: (name, g) => void gradients.set(name, (gradients.get(name) ?? 0) + g),
    step: () => {},
    ties: () => 0.2,
    count: () => {},
    entries: () => [...values],
    save: () => ({}),
    load: () => {},
  };
}

const base = {
  feedbackId: 'f',
  teacherId: 't',
  fold: 0,
  rows: new Float32Array(0),
  weights: new Float32Array(0),
};
const two = { ...base, parts: [5, 5], strength: 0.7 };
const cases: Record<string, Datum> = {
  'preference a': { ...two, kind: 'preference', choice: 'a' },
  'preference b': { ...two, kind: 'preference', choice: 'b' },
  'preference equal': { ...two, kind: 'preference', choice: 'equal' },
  correction: { ...two, kind: 'correction', choice: 'a' },
  demonstration: { ...two, kind: 'demonstration', choice: 'a' },
  counterfactual: { ...two, kind: 'counterfactual', choice: 'a' },
  ranking: { ...base, parts: [5, 5, 5, 5], kind: 'ranking', order: [2, 0, 3, 1] },
  'ranking with ties': { ...base, parts: [5, 5, 5, 5], kind: 'ranking', order: [1, 0, 1, 0] },
  'rating lowest': { ...base, parts: [5], kind: 'rating', score: 0, scale: 5 },
  'rating middle': { ...base, parts: [5], kind: 'rating', score: 2, scale: 5 },
  'rating highest': { ...base, parts: [5], kind: 'rating', score: 4, scale: 5 },
  'rating of two': { ...base, parts: [5], kind: 'rating', score: 1, scale: 2 },
  reward: { ...base, parts: [5], kind: 'reward', value: -0.4 },
  critique: { ...base, parts: [5], kind: 'critique', value: 0.9 },
  override: { ...base, parts: [1, 1, 1, 1, 1, 1], kind: 'override' },
  'sign good': { ...base, parts: [1, 1, 1], kind: 'sign', sign: 1 },
  'sign bad': { ...base, parts: [1, 1, 1], kind: 'sign', sign: -1 },
};

describe('likelihoods', () => {
  it.each(Object.entries(cases))(
    '[RWD-1] the gradient of %s agrees with finite differences',
    (_, datum) => {
      const random = createRandom(7);
      for (let trial = 0; trial < 20; trial++) {
        const parts = datum.parts.length;
        const S = Float64Array.from({ length: parts }, () => random.normal());
        const values = new Map<string, number>();
        const gradients = new Map<string, number>();
        const table = tableOf(values, gradients);
        const nll = () => datumNll(datum, S, new Float64Array(parts), { values: table, scale: 0 });
        nll(); // names the noise parameters
        for (const [name, value] of values) values.set(name, value + 0.5 * random.normal());
        const dS = new Float64Array(parts);
        datumNll(datum, S, dS, { values: table, scale: 1 });
        const h = 1e-5;
        for (let i = 0; i < parts; i++) {
          const at = S[i]!;
          S[i] = at + h;
          const up = nll();
          S[i] = at - h;
          const down = nll();
          S[i] = at;
          expect(dS[i]).toBeCloseTo((up - down) / (2 * h), 5);
        }
        for (const [name, at] of [...values]) {
          values.set(name, at + h);
          const up = nll();
          values.set(name, at - h);
          const down = nll();
          values.set(name, at);
          expect(gradients.get(name) ?? 0, name).toBeCloseTo((up - down) / (2 * h), 5);
        }
      }
    },
  );

  it('[RWD-2] answers a, b and equal are probabilities that sum to 1, even with lapses', () => {
    for (const x of [-30, -1, 0, 2, 40]) {
      for (const delta of [0, 0.3, 5]) {
        for (const lapse of [0, 0.1, 1]) {
          const p = preferenceProbabilities(x, { delta, lapse, ties: 0.2 });
          for (const value of [p.a, p.b, p.equal]) {
            expect(value).toBeGreaterThanOrEqual(-1e-12);
            expect(value).toBeLessThanOrEqual(1);
          }
          expect(p.a + p.b + p.equal).toBeCloseTo(1, 12);
        }
      }
    }
  });

  it('[RWD-2] a teacher whose answers are turned round in 30 of 100 cases and who never ties is within reach', () => {
    const noise = createNoise();
    noise.count('t', 1000, 0);
    const p = preferenceProbabilities(50, { delta: 0, lapse: 0.6, ties: noise.ties('t') });
    expect(p.a).toBeCloseTo(0.7, 2);
    expect(p.b).toBeCloseTo(0.3, 2);
    expect(noise.ties('nobody')).toBeCloseTo(1 / 3, 12);
  });

  it('[RWD-3] rating probabilities over all scores sum to 1', () => {
    const table = tableOf(new Map(), new Map());
    let total = 0;
    for (let score = 0; score < 7; score++) {
      const datum: Datum = { ...base, parts: [5], kind: 'rating', score, scale: 7 };
      const S = Float64Array.of(0.8);
      total += Math.exp(-datumNll(datum, S, new Float64Array(1), { values: table, scale: 0 }));
    }
    expect(total).toBeCloseTo(1, 9);
  });
});
