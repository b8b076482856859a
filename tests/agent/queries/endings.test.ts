import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { drawCandidates } from '../../../agent/queries/select.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(2, 1);
const episodes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom('terminated', 'truncated')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) =>
    list.map(([length, end], i) =>
      syntheticEpisode(spec, length, createRandom(i), {
        id: `e${i}`,
        end: end as 'terminated' | 'truncated',
      }),
    ),
  );

function segmentsOf(list: readonly Episode[], steps: number, seed: number, endings: boolean) {
  const random = createRandom(seed);
  return drawCandidates(list, steps, 20, random, () => undefined, undefined, endings).flatMap(
    ({ a, b }) => [a, b],
  );
}

test('[QRY-1] segments are equally long, but for those that a termination cuts short', () => {
  fc.assert(
    fc.property(
      episodes,
      fc.integer({ min: 2, max: 30 }),
      fc.nat(),
      fc.boolean(),
      (list, steps, seed, endings) => {
        for (const { episodeId, from, to } of segmentsOf(list, steps, seed, endings)) {
          const episode = list.find((e) => e.id === episodeId)!;
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to - from).toBeGreaterThanOrEqual(2);
          expect(to).toBeLessThanOrEqual(episode.length);
          if (to - from === steps) continue;
          expect(endings).toBe(true);
          expect(to - from).toBeLessThan(steps);
          expect(episode.end).toBe('terminated');
          expect(to).toBe(episode.length);
        }
      },
    ),
  );
});

test('[QRY-1] episodes shorter than a segment are asked about once they terminated', () => {
  const short = ['terminated', 'terminated'].map((end, i) =>
    syntheticEpisode(spec, 12, createRandom(i), { id: `e${i}`, end: end as 'terminated' }),
  );
  expect(segmentsOf(short, 30, 1, false)).toEqual([]);
  expect(segmentsOf(short, 30, 1, true).length).toBeGreaterThan(0);
});
