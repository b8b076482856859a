import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { mean, pearson } from '../../../agent/evaluation/statistics.ts';
import type { RewardConfig } from '../../../agent/reward/config.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { teachPreferences } from './teach.ts';

const spec = syntheticSpec(6, 2);
const store = createEpisodeStore({ maxSteps: 10_000 });
const models: RewardEnsemble[] = [];
let backend: Backend;

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  const behave = (observation: Float32Array) => observation[0]! - 0.5 * observation[1]!;
  for (let i = 0; i < 8; i++)
    store.add(syntheticEpisode(spec, 200, createRandom(i), { id: `e${i}`, behave }));
});
afterAll(() => {
  for (const model of models) model.dispose();
});

/** Taught by 300 answers about episodes 0 to 6, of which 30 % are wrong. */
function taught(config: Partial<RewardConfig>, seed: number): RewardEnsemble {
  const options = { hidden: [], output: 'linear', maxSessionSteps: 600, ...config } as const;
  const model = createRewardEnsemble(spec, options, backend, createRandom(seed));
  models.push(model);
  const lesson = { answers: 300, steps: 10, episodes: 7, mistakes: 0.3 };
  teachPreferences(model, store, lesson, createRandom(seed, 1));
  expect(model.version).toBe(1);
  return model;
}

function rewards(model: RewardEnsemble): Float32Array {
  const unseen = store.get('e7')!;
  const out = new Float32Array(unseen.length);
  model.predict(unseen.observations, unseen.actions, unseen.length, out);
  return out;
}

test('[RWD-32] with 30 % wrong answers the average of many steps is nearer to the truth than the last', () => {
  const truth = [...store.get('e7')!.envRewards];
  const gains = [1, 2, 3, 4, 5].map((seed) => {
    const [last, averaged] = [0, 300].map((averageSteps) =>
      pearson([...rewards(taught({ averageSteps, members: 1, learningRate: 1e-2 }, seed))], truth),
    ) as [number, number];
    return averaged - last;
  });
  expect(mean(gains)).toBeGreaterThan(0.01);
  expect(gains.filter((gain) => gain > 0).length).toBeGreaterThanOrEqual(4);
});

test('[RWD-32] a saved average goes on exactly as it was', () => {
  const model = taught({ averageSteps: 50 }, 7);
  const again = createRewardEnsemble(
    spec,
    { hidden: [], output: 'linear', maxSessionSteps: 600, averageSteps: 50 },
    backend,
    createRandom(9),
  );
  models.push(again);
  const { meta, arrays } = model.save();
  again.load({ meta: JSON.parse(JSON.stringify(meta)), arrays });
  const segment = { episodeId: 'e1', from: 0, to: 10 };
  for (const one of [model, again]) {
    const at = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
    one.feedback(
      { ...at, id: 'last', teacherId: 't', kind: 'rating', segment, score: 4, scale: 5 },
      store,
    );
    while (one.pending) one.update();
    expect(one.version).toBe(2);
  }
  expect(rewards(again)).toEqual(rewards(model));
});
