import { expect, test } from 'vitest';
import { speedsOf } from '../../../server/connection/clip.ts';

const along = (...xs: number[]) => Float32Array.from(xs.flatMap((x) => [x, 5, 0.5]));

test('[UI-33] speeds are those of the steps before each row; the first row’s is that of the next', () => {
  const positions = along(0, 0, 1, 3, 3);
  expect([...speedsOf({ positions }, { episodeId: 'e', from: 0, to: 4 }, 0.5)]).toEqual([
    0, 0, 2, 4, 0,
  ]);
  expect([...speedsOf({ positions }, { episodeId: 'e', from: 2, to: 4 }, 0.5)]).toEqual([4, 4, 0]);
});

test('[UI-33] no speed is told where the agent has no place: positions not kept, or the same all along', () => {
  const segment = { episodeId: 'e', from: 1, to: 3 };
  for (const positions of [new Float32Array(), along(0, 0, 0, 0)])
    expect([...speedsOf({ positions }, segment, 0.5)]).toEqual(Array(3).fill(Number.NaN));
  // One that stands still for the clip alone has a speed, which is 0.
  expect([...speedsOf({ positions: along(0, 1, 1, 1) }, segment, 0.5)]).toEqual([0, 0, 0]);
});
