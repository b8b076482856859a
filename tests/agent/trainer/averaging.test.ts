import { expect, it } from 'vitest';
import type { Layer, PolicySnapshot } from '../../../agent/contract.ts';
import { createAveraging } from '../../../agent/trainer/averaging.ts';

const layer = (outputs: number, value: number): Layer => ({
  inputs: 1,
  outputs,
  activation: 'linear',
  weights: new Float32Array(outputs).fill(value),
  bias: new Float32Array(outputs),
});
const snapshot = (outputs: number, value: number): PolicySnapshot => ({
  version: 0,
  layers: [layer(outputs, value)],
  logStd: 'deterministic',
  squash: 'none',
  actionSpace: { low: Float32Array.of(-1), high: Float32Array.of(1), size: 1 },
});
const weightOf = (s: PolicySnapshot) => s.layers[0]!.weights[0]!;

it('[TRN-13] policies are averaged, the first alike, and anew from one of another shape', () => {
  const averaging = createAveraging(0.25);
  expect(averaging.apply(snapshot(1, 7))).toEqual(snapshot(1, 7));
  for (const value of [0, 2, 4]) averaging.add(snapshot(1, value));
  expect(weightOf(averaging.apply(snapshot(1, 9)))).toBeCloseTo(2, 6);
  for (let i = 0; i < 5; i++) averaging.add(snapshot(1, 2));
  averaging.add(snapshot(1, 6));
  expect(weightOf(averaging.apply(snapshot(1, 9)))).toBeCloseTo(3, 6);
  // The learner goes over to a policy of two outputs: no average is of that yet.
  expect(averaging.apply(snapshot(2, 5))).toEqual(snapshot(2, 5));
  averaging.add(snapshot(2, 5));
  averaging.add(snapshot(2, 7));
  expect(weightOf(averaging.apply(snapshot(2, 9)))).toBeCloseTo(6, 6);
  const arrays: Record<string, Float32Array> = {};
  averaging.save(arrays, 'average');
  const restored = createAveraging(0.25);
  restored.load(arrays, 'average');
  for (const one of [averaging, restored]) one.add(snapshot(2, 9));
  expect(restored.apply(snapshot(2, 0))).toEqual(averaging.apply(snapshot(2, 0)));
});
