import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Feedback } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import type { RewardConfig } from '../../../agent/reward/config.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 1);
const store = createEpisodeStore({ maxSteps: 10_000 });
const models: RewardEnsemble[] = [];
let backend: Backend;

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (let i = 0; i < 4; i++)
    store.add(syntheticEpisode(spec, 200, createRandom(i), { id: `e${i}`, end: 'terminated' }));
});
afterAll(() => {
  for (const model of models) model.dispose();
});

/** Teach that `longer` (or shorter) segments are better. */
function teach(model: RewardEnsemble, longer: boolean, unequal: boolean): void {
  const random = createRandom(2);
  for (const id of store.ids()) model.observe(store.get(id)!, 0, 200);
  for (let i = 0; i < 40; i++) {
    const segment = (steps: number) => {
      const from = random.integer(200 - steps);
      return { episodeId: `e${random.integer(4)}`, from, to: from + steps };
    };
    const [a, b] = [segment(20), segment(unequal ? 4 : 20)];
    const choice = longer === unequal ? 'a' : 'b';
    const body = { kind: 'preference' as const, a, b, choice } satisfies Partial<Feedback>;
    const at = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
    model.feedback({ ...at, ...body, id: `f${i}`, teacherId: 't' } as Feedback, store);
  }
  for (let i = 0; i < 200 && model.pending; i++) model.update();
}

function published(model: RewardEnsemble, id: string): Float32Array {
  const { observations, actions } = store.get(id)!;
  const out = new Float32Array(200);
  model.predict(observations, actions, 200, out);
  return out;
}

/** Mean published reward of a model that was taught so. */
function meanReward(config: Partial<RewardConfig>, longer: boolean, unequal = true): number {
  const model = createRewardEnsemble(spec, config, backend, createRandom(1));
  models.push(model);
  teach(model, longer, unequal);
  return published(model, 'e0').reduce((a, b) => a + b, 0) / 200;
}

test('[RWD-12] comparisons of different lengths say whether going on is worth it', () => {
  for (const output of ['tanh', 'linear'] as const) {
    expect(meanReward({ zero: 'learned', output }, true)).toBeGreaterThan(0.5);
    expect(meanReward({ zero: 'learned', output }, false)).toBeLessThan(-0.5);
  }
});

test('[RWD-12] without them, or when not asked to, rewards are zero on average', () => {
  expect(Math.abs(meanReward({ zero: 'learned' }, true, false))).toBeLessThan(0.25);
  expect(Math.abs(meanReward({}, true))).toBeLessThan(0.25);
});

test('[RWD-26] a low zero makes nearly all of what the agent does worth something, idling nothing', () => {
  const model = createRewardEnsemble(
    spec,
    { zero: 'low', members: 1, output: 'linear' },
    backend,
    createRandom(1),
  );
  models.push(model);
  teach(model, true, false);
  const rewards = [...store.ids()].flatMap((id) => [...published(model, id)]);
  const above = rewards.filter((r) => r >= 0).length / rewards.length;
  expect(above).toBeCloseTo(0.95, 2);
});

test('[RWD-27] pessimism takes off what the members disagree about', () => {
  const make = (pessimism: number) => {
    const model = createRewardEnsemble(spec, { pessimism }, backend, createRandom(1));
    models.push(model);
    teach(model, true, false);
    return model;
  };
  const [plain, careful] = [make(0), make(2)];
  const { observations, actions } = store.get('e1')!;
  const deviation = new Float32Array(200);
  plain.disagreement(observations, actions, 200, deviation);
  const [before, after] = [published(plain, 'e1'), published(careful, 'e1')];
  for (let i = 0; i < 200; i++) expect(after[i]).toBeCloseTo(before[i]! - 2 * deviation[i]!, 4);
  expect(Math.max(...deviation)).toBeGreaterThan(0.1);
});

test('[RWD-13] unknown zeros and outputs are refused by name', () => {
  const make = (config: Record<string, unknown>) => () =>
    createRewardEnsemble(spec, config, backend, createRandom(1));
  expect(make({ zero: 'median' })).toThrow('reward.zero: is "median", allowed mean, low, learned');
  expect(make({ output: 'relu' })).toThrow('reward.output: is "relu", allowed tanh, linear');
});
