import { expect, test } from 'vitest';
import { createEpisodeStore } from '../../../agent/episodes.ts';
import { createQuerySource } from '../../../agent/queries/queries.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

test('[TRN-7] questions about suspects come first', () => {
  const spec = syntheticSpec(2, 1);
  const store = createEpisodeStore({ maxSteps: 10_000 });
  for (let i = 0; i < 12; i++)
    store.add(syntheticEpisode(spec, 60, createRandom(i), { id: `e${i}`, end: 'truncated' }));
  const source = createQuerySource(spec, {}, 'r', store, undefined, createRandom(1));
  const suspects = new Set(['e3', 'e7']);
  const about = source
    .next(12, 0, 1, suspects)
    .map((q) => q.segments.some((s) => suspects.has(s.episodeId)));
  expect(about).toContain(true);
  expect(about).toContain(false);
  expect(about.lastIndexOf(true)).toBeLessThan(about.indexOf(false));
});
