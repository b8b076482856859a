import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { mean, pearson } from '../../../agent/evaluation/statistics.ts';
import type { RewardConfig } from '../../../agent/reward/config.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { inputScale, scaleRows } from '../../../agent/reward/reference.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { teachPreferences } from './teach.ts';

const spec = syntheticSpec(3, 2);
const store = createEpisodeStore({ maxSteps: 10_000 });
const models: RewardEnsemble[] = [];
let backend: Backend;

/** Effort in [−1, 1] units is charged quadratically: actions lie in [−2, 3]. */
function behave(observation: Float32Array, action: Float32Array): number {
  const effort = action.reduce((sum, a) => sum + ((a - 0.5) / 2.5) ** 2, 0);
  return 0.3 * observation[0]! - 2 * effort;
}

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (let i = 0; i < 8; i++)
    store.add(syntheticEpisode(spec, 200, createRandom(i), { id: `e${i}`, behave }));
});
afterAll(() => {
  for (const model of models) model.dispose();
});

/** Taught by 80 right answers about episodes 0 to 6. */
function taught(config: Partial<RewardConfig>): RewardEnsemble {
  const model = createRewardEnsemble(spec, config, backend, createRandom(1));
  models.push(model);
  teachPreferences(model, store, { answers: 80, steps: 15, episodes: 7 }, createRandom(2));
  return model;
}

function rewards(model: RewardEnsemble): Float32Array {
  const unseen = store.get('e7')!;
  const out = new Float32Array(unseen.length);
  model.predict(unseen.observations, unseen.actions, unseen.length, out);
  return out;
}

test('[RWD-15] squares of actions beside them: what is charged for effort is learned from 80 answers', () => {
  const truth = store.get('e7')!.envRewards;
  const correlation = (squares: RewardConfig['squares']) =>
    pearson([...rewards(taught({ squares, weightDecay: 10 }))], [...truth]);
  const [plain, squared] = [correlation('none'), correlation('actions')];
  expect(squared).toBeGreaterThan(0.85);
  expect(squared).toBeGreaterThan(plain + 0.3);
});

test('[RWD-15] a saved model with squares goes on as it was', () => {
  const model = taught({ squares: 'all' });
  const again = createRewardEnsemble(spec, { squares: 'all' }, backend, createRandom(9));
  models.push(again);
  const { meta, arrays } = model.save();
  again.load({ meta: JSON.parse(JSON.stringify(meta)), arrays });
  expect(rewards(again)).toEqual(rewards(model));
});

test('[RWD-15] rows come scaled, squares of the last columns after them, as deviant as the rest', () => {
  const random = createRandom(3);
  const rows = Float32Array.from({ length: 3000 }, (_, i) =>
    i % 3 === 2 ? random.uniform(-1, 1) : 5 + 2 * random.normal(),
  );
  for (const squared of [0, 1, 3]) {
    const scale = inputScale(rows, 1000, 3, 2, Float32Array.of(1, 1), squared);
    const width = 3 + squared;
    const out = new Float32Array(1000 * width);
    scaleRows(rows, 0, 1000, 3, scale, out, 0);
    const column = (j: number) => Array.from({ length: 1000 }, (_, i) => out[i * width + j]!);
    expect(column(2)).toEqual(Array.from({ length: 1000 }, (_, i) => rows[i * 3 + 2]!));
    for (const j of [0, 1, ...Array.from({ length: squared }, (_, s) => 3 + s)]) {
      expect(Math.abs(mean(column(j)))).toBeLessThan(0.1);
      expect(mean(column(j).map((x) => x * x))).toBeGreaterThan(0.7);
      expect(mean(column(j).map((x) => x * x))).toBeLessThan(1.1);
    }
    if (squared > 0)
      expect(
        pearson(
          column(width - 1),
          column(2).map((a) => a * a),
        ),
      ).toBeCloseTo(1, 5);
  }
});

test('[RWD-15] an unknown choice of squares is refused by name', () => {
  const squares = 'some' as unknown as 'all';
  expect(() => createRewardEnsemble(spec, { squares }, backend, createRandom(1))).toThrow(
    /^reward.squares: is "some", allowed none, actions, all$/,
  );
});
