/** A published version of an ensemble, kept as plain numbers, judges as the ensemble did. */
import { expect, test } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createRewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createJudge } from '../../../agent/reward/published.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { teachPreferences } from './teach.ts';

test('[PROMO-1] each comparison is judged by the member that never saw it, with and without TensorFlow, now and later', async () => {
  const backend = await loadBackend({ deterministic: true });
  const store = createEpisodeStore({ maxSteps: 10_000 });
  const spec = syntheticSpec(3, 2);
  const behave = (observation: Float32Array) => 0.3 * observation[0]!;
  for (let i = 0; i < 8; i++)
    store.add(syntheticEpisode(spec, 200, createRandom(i), { id: `e${i}`, behave }));
  const model = createRewardEnsemble(spec, { squares: 'all' }, backend, createRandom(1));
  const lesson = { answers: 60, steps: 15, episodes: 7 };
  teachPreferences(model, store, lesson, createRandom(2));
  const [published, comparisons] = [model.published(), model.heldOut()];
  expect(comparisons).toHaveLength(60);
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const { low, high } = spec.actionSpace;
  const own = comparisons.map(({ rows, fold, choice, split }) => {
    const n = rows.length / (d + k);
    const observations = new Float32Array(n * d);
    const actions = new Float32Array(n * k);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) observations[i * d + j] = rows[i * (d + k) + j]!;
      for (let j = 0; j < k; j++)
        actions[i * k + j] =
          low[j]! + (high[j]! - low[j]!) * ((rows[i * (d + k) + d + j]! + 1) / 2);
    }
    const outputs = model.memberOutputs(observations, actions, n)[fold]!;
    const sum = outputs.reduce((total, r, i) => total + (i < split ? r : -r), 0);
    return sum > 0 === (choice === 'a');
  });
  expect(comparisons.map(createJudge(published))).toEqual(own);
  // It knows something, and not everything: both sides of the comparison above are there.
  const right = own.filter(Boolean).length;
  expect(right).toBeGreaterThan(40);
  const version = model.version;
  teachPreferences(model, store, { ...lesson, mistakes: 1 }, createRandom(3));
  expect(model.version).toBeGreaterThan(version);
  expect(comparisons.map(createJudge(published))).toEqual(own);
  expect(() => createJudge({ ...published, members: [] })(comparisons[0]!)).toThrow(
    /has 0 members/,
  );
  model.dispose();
});
