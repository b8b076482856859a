import { expect, test } from 'vitest';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { type Asking, createQuerySource } from '../../../agent/queries/queries.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(2, 1);

test('[QRY-9] for a while it is asked otherwise than the preset says, and then as before', () => {
  const store = createEpisodeStore({ maxSteps: 10_000 });
  for (let i = 0; i < 12; i++)
    store.add(syntheticEpisode(spec, 60, createRandom(i), { id: `e${i}`, end: 'truncated' }));
  const source = createQuerySource(spec, {}, 'r', store, undefined, createRandom(1));
  const next = (how?: Asking) => source.next(8, 0, 1, undefined, how);
  const rated = next({ kind: 'rate', recentEpisodes: 2 });
  expect(rated.map(({ kind, segments }) => [kind, segments.length])).toEqual(
    rated.map(() => ['rate', 1]),
  );
  expect(rated).toHaveLength(8);
  const newest = new Set(rated.flatMap((q) => q.segments.map((s) => s.episodeId)));
  expect([...newest].sort()).toEqual(['e10', 'e11']);
  expect(new Set(next({ kind: 'rank' }).map(({ kind }) => kind))).toEqual(new Set(['rank']));
  const plain = next();
  expect(new Set(plain.map(({ kind }) => kind))).toEqual(new Set(['compare']));
  expect(new Set(plain.flatMap((q) => q.segments.map((s) => s.episodeId))).size).toBeGreaterThan(2);
});
