import { expect, test } from 'vitest';
import type { Clip } from '../../server/protocol/index.ts';
import { movingOf } from '../../trainer-ui/episodes/moving.ts';

const PIECE = 5;
const LENGTH = PIECE + 3;

/** Rows [from, to] of an episode with two bodies, of which the second is as many metres along x as there were steps. */
function piece(from: number, to: number): Clip {
  const rows = to - from + 1;
  const poses = new Float32Array(rows * 14);
  const costs = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    poses[i * 14 + 7] = from + i;
    costs[i] = (from + i) / 10;
  }
  return { rows, dt: 0.1, poses, costs } as Clip;
}
const pieces = [piece(0, PIECE), piece(PIECE, LENGTH)];

test('[UI-77] an episode in pieces is put together once, row by row', () => {
  const { rows, dt, poses, costs } = movingOf(pieces, LENGTH, 1)!;
  expect([rows, dt]).toEqual([LENGTH + 1, 0.1]);
  for (let i = 0; i < rows; i++) expect([i, poses[i * 7]]).toEqual([i, i]);
  expect(costs[LENGTH]).toBeCloseTo(LENGTH / 10, 5);
});

test('[UI-77] what is not all there yet, or has no agent, is not compared', () => {
  expect(movingOf([undefined, pieces[1]], LENGTH, 1)).toBeUndefined();
  expect(movingOf([pieces[0], undefined], LENGTH, 1)).toBeUndefined();
  expect(movingOf([pieces[0], undefined], PIECE, 1)?.rows).toBe(PIECE + 1);
  expect(movingOf(pieces, LENGTH, -1)).toBeUndefined();
});
