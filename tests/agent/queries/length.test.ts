import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { segmentSteps } from '../../../agent/queries/queries.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(2, 1);
const episode = (length: number, i: number, end: 'open' | 'truncated' = 'truncated') =>
  syntheticEpisode(spec, length, createRandom(i), { id: `e${i}`, end });

test('[QRY-2] a segment is at most half of the longest finished episode, never below two steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 2, max: 80 }),
      (lengths, steps) => {
        const capped = segmentSteps(
          lengths.map((n, i) => episode(n, i)),
          steps,
        );
        const half = Math.floor(Math.max(...lengths) / 2);
        expect(capped).toBe(Math.min(steps, Math.max(2, half)));
      },
    ),
  );
});

test('[QRY-2] open episodes do not shorten segments: they may grow', () => {
  expect(segmentSteps([], 20)).toBe(20);
  expect(segmentSteps([episode(6, 0, 'open')], 20)).toBe(20);
});
