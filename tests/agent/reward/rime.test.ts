import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend.ts';
import type { Feedback } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episodes.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 1);
const store = createEpisodeStore({ maxSteps: 10_000 });
const models: RewardEnsemble[] = [];
const rime = { betaMax: 0, betaMin: 0, decaySteps: 1, flipBelow: 0.5 };
let backend: Backend;

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (let i = 0; i < 4; i++)
    store.add(syntheticEpisode(spec, 100, createRandom(i), { id: `e${i}` }));
});
afterAll(() => {
  for (const model of models) model.dispose();
});

/** What a model says after one session of 40 gradient steps on random answers. */
function learned(config: Parameters<typeof createRewardEnsemble>[1]): number[] {
  const model = createRewardEnsemble(
    spec,
    { ...config, minSessionSteps: 40, maxSessionSteps: 40 },
    backend,
    createRandom(1),
  );
  models.push(model);
  const random = createRandom(2);
  for (const id of store.ids()) model.observe(store.get(id)!, 0, 100);
  for (let i = 0; i < 20; i++) {
    const segment = () => {
      const from = random.integer(80);
      return { episodeId: `e${random.integer(4)}`, from, to: from + 20 };
    };
    const choice = random.next() < 0.5 ? ('a' as const) : ('b' as const);
    const body = { kind: 'preference' as const, a: segment(), b: segment(), choice };
    const at = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
    model.feedback({ ...at, ...body, id: `f${i}`, teacherId: 't' } satisfies Feedback, store);
  }
  while (model.pending) model.update();
  const { observations, actions } = store.get('e0')!;
  const out = new Float32Array(10);
  model.predict(observations, actions, 10, out);
  return [...out];
}

test('[RWD-14] RIME distrusts nobody before its warm-up is over', () => {
  const plain = learned({});
  expect(learned({ rime: { ...rime, warmUpSteps: 40 } })).toEqual(plain);
  expect(learned({ rime: { ...rime, warmUpSteps: 20 } })).not.toEqual(plain);
});
