import { expect, it } from 'vitest';
import { type Candidate, tellingApart } from '../../../agent/queries/select.ts';

/** Sides of two numbers each. */
const pair = (
  name: string,
  a: readonly [number, number],
  b: readonly [number, number],
): Candidate => ({
  a: { episodeId: name, from: 0, to: 2 },
  b: { episodeId: name, from: 2, to: 4 },
  probabilities: [0.5],
  features: Float32Array.from([...a, ...b]),
});
const names = (candidates: readonly Candidate[]) => candidates.map(({ a }) => a.episodeId);

const same = pair('same', [1, 5], [1, 5]);
const near = pair('near', [1, 5], [1.01, 5]);
const apart = pair('apart', [0, 5], [2, 5]);
const far = pair('far', [-2, 5], [4, 5]);

it('[QRY-8] pairs that look the same are not asked while there are others', () => {
  expect(names(tellingApart([same, apart, near, far], 0.1, 2))).toEqual(['apart', 'far']);
});

it('[QRY-8] where too few differ the most different are asked, so that something is', () => {
  expect(names(tellingApart([same, apart, near, far], 0.1, 3))).toEqual(['far', 'apart', 'near']);
  expect(names(tellingApart([same, near], 0.1, 1))).toEqual(['near']);
  expect(names(tellingApart([same], 0.1, 3))).toEqual(['same']);
});

it('[QRY-8] 0 keeps them as they were drawn: what a paper’s preset asks stays what it asked', () => {
  const all = [same, apart, near, far];
  expect(tellingApart(all, 0, 2)).toBe(all);
});
