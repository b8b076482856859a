import { expect, test } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import {
  QUERY_STRATEGIES,
  QUESTION_KINDS,
  type QueryConfig,
} from '../../../agent/queries/config.ts';
import { createQuerySource } from '../../../agent/queries/queries.ts';
import { createRewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(2, 1);
const backend = await loadBackend({ prefer: 'wasm' });
/** As if it were trained, so that each strategy does what it is named for. */
const model = Object.defineProperty(
  createRewardEnsemble(spec, {}, backend, createRandom(4)),
  'version',
  { value: 1 },
);

function sourceOf(options: Partial<QueryConfig>, reward: typeof model | undefined = model) {
  const store = createEpisodeStore({ maxSteps: 10_000 });
  for (let i = 0; i < 12; i++)
    store.add(syntheticEpisode(spec, 60, createRandom(i), { id: `e${i}`, end: 'truncated' }));
  return createQuerySource(spec, options, 'r', store, reward, createRandom(1));
}

const suspects = new Set(['e3', 'e7']);

for (const kind of QUESTION_KINDS)
  for (const strategy of QUERY_STRATEGIES)
    test(`[TRN-7] questions about suspects come first and are urgent: ${kind}, ${strategy}`, () => {
      // Near the policy it asks about the newest episodes alone.
      const source = sourceOf({ kind, strategy, recentEpisodes: 120 });
      for (const wanted of [1, 12]) {
        const asked = source.next(wanted, 0, 1, suspects);
        const about = asked.map((q) => q.segments.some((s) => suspects.has(s.episodeId)));
        expect(asked.map((q) => q.urgent === true)).toEqual(about);
        expect(about.filter(Boolean).length).toBeGreaterThanOrEqual(Math.ceil(asked.length / 2));
        expect(about).toEqual([...about].sort((x, y) => Number(y) - Number(x)));
      }
    });

test('[TRN-7] repetitions wait until suspects were asked about; without suspects nothing is urgent', () => {
  const source = sourceOf({ repeatShare: 0.5 }, undefined);
  for (const { id, segments } of source.next(40, 0, 1)) {
    const base = { id, queryId: id, runId: 'r', teacherId: 't', responseMs: 1000 };
    const times = { shownAt: 0, answeredAt: 0, receivedAt: 0 };
    const [a, b] = segments as [(typeof segments)[0], (typeof segments)[0]];
    source.answered({ ...base, ...times, kind: 'preference', a, b, choice: 'a' });
  }
  const asked = source.next(12, 0, 1, suspects);
  expect(asked.some((q) => q.strategy === 'repeat' && !q.urgent)).toBe(true);
  expect(asked[0]!.urgent).toBe(true);
  expect(source.next(12, 0, 1, new Set()).some((q) => 'urgent' in q)).toBe(false);
});
