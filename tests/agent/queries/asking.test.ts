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

test('[CAMP-2] clips are taken from the newest episodes of a source, and none where there are none', () => {
  const store = createEpisodeStore({ maxSteps: 10_000 });
  const add = (id: string, more: { human?: [number, number]; end?: 'open'; solved?: boolean }) => {
    const { solved, ...options } = more;
    const episode = syntheticEpisode(spec, 60, createRandom(id.length), { id, ...options });
    if (solved) episode.successes[30] = 1;
    store.add(episode);
  };
  add('old', { solved: true });
  add('driven', { human: [3, 9], solved: true });
  add('alone', {});
  add('open', { end: 'open' });
  const source = createQuerySource(spec, {}, 'r', store, undefined, createRandom(1));
  const of = (how: Asking) => {
    const asked = source.next(8, 0, 1, undefined, how);
    const ids = asked.flatMap(({ segments }) => segments.map(({ episodeId }) => episodeId));
    return [...new Set(ids)].sort();
  };
  expect(of({ source: 'driven' })).toEqual(['driven']);
  expect(of({ source: 'alone' })).toEqual(['alone', 'old', 'open']);
  expect(of({ source: 'solved' })).toEqual(['driven', 'old']);
  expect(of({ source: 'solved', recentEpisodes: 1 })).toEqual(['driven']);
  expect(of({ source: 'failed' })).toEqual(['alone']);
  const none = createEpisodeStore({ maxSteps: 100 });
  const empty = createQuerySource(spec, {}, 'r', none, undefined, createRandom(1));
  expect(empty.next(8, 0, 1, undefined, { source: 'driven' })).toEqual([]);
});
