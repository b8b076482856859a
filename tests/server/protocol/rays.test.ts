import { expect, it } from 'vitest';
import { decodeRays, encodeRays } from '../../../server/protocol/index.ts';

it('[UI-91] rays survive the wire; what is not whole is refused', () => {
  const rays = {
    live: 2,
    episodeNumber: 7,
    step: 9,
    numbers: Float32Array.of(1, 2, 3, 4, 5, 6, 1),
  };
  const bytes = encodeRays(rays);
  expect(decodeRays(bytes)).toEqual(rays);
  for (let length = 0; length < bytes.byteLength; length++)
    expect(() => decodeRays(bytes.slice(0, length))).toThrow(RangeError);
});
