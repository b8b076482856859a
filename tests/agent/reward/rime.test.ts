import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { rewardDefaults } from '../../../agent/reward/config.ts';
import { createDataMaker } from '../../../agent/reward/dataset.ts';
import { createDistrustOf } from '../../../agent/reward/distrust.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createMembers } from '../../../agent/reward/members.ts';
import { createNoise } from '../../../agent/reward/noise.ts';
import { noScale } from '../../../agent/reward/reference.ts';
import { createDistrust, rimeDefaults } from '../../../agent/reward/rime.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 1);
const store = createEpisodeStore({ maxSteps: 10_000 });
const models: RewardEnsemble[] = [];
const rime = { ...rimeDefaults, flipBelow: 0.5 };
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
  expect(learned({ rime: { ...rime, warmUpUpdates: 10 } })).toEqual(plain);
  expect(learned({ rime: { ...rime, warmUpUpdates: 5 } })).not.toEqual(plain);
});

describe('RIME', () => {
  it('[RWD-14] the bound on wrong answers is the paper’s: −ln ρ + αρ, more while the model is learning', () => {
    const config = { ...rimeDefaults, warmUpUpdates: 0 };
    const distrust = createDistrust(config);
    expect(distrust.threshold()).toBeCloseTo(-Math.log(1e-8) + 3, 6); // nothing seen: everything is believed
    // Two updates by hand, ρ and the mean moving by a tenth, the variance pooled.
    distrust.judge([0.1, 0.5]);
    const rho = 0.05;
    expect(distrust.threshold()).toBeCloseTo(
      -Math.log(rho + 1e-8) + 0.5 * rho + (3 - 2 / 60) * 0.04,
      6,
    );
    distrust.judge([0.2, 0.4]);
    const delta = 0.3 - 0.03;
    const variance = (0.04 * 2 + 0.01 * 2 + (delta ** 2 * 2 * 2) / 4) / 4;
    const later = 0.05 + 0.1 * (0.4 - 0.05);
    expect(distrust.threshold()).toBeCloseTo(
      -Math.log(later + 1e-8) + 0.5 * later + (3 - 4 / 60) * variance,
      6,
    );
  });

  it('[RWD-14] trusts, leaves out and turns round by cost; a restored one goes on alike', () => {
    const distrust = createDistrust({ ...rimeDefaults, warmUpUpdates: 0, flipBelow: 0.01 });
    for (let i = 0; i < 100; i++) distrust.judge([0.1, 0.3, 0.9]);
    const limit = distrust.threshold();
    expect(limit).toBeLessThan(2);
    const other = createDistrust({ ...rimeDefaults, warmUpUpdates: 0, flipBelow: 0.01 });
    other.load(JSON.parse(JSON.stringify(distrust.save())));
    expect(other.threshold()).toBe(limit);
    expect(distrust.judge([0.1, limit + 0.1, 4.7])).toEqual(['trust', 'ignore', 'flip']);
  });

  it('[RWD-14] finds most of the answers that were turned round, and few of the others', () => {
    const random = createRandom(5);
    const truth = (row: number, e: Episode) => e.observations[row * 3]!;
    const ask = (i: number, turned: boolean) => {
      const at = () => ({ e: store.get(`e${random.integer(4)}`)!, from: random.integer(80) });
      const [one, two] = [at(), at()];
      const sum = ({ e, from }: typeof one) => {
        let total = 0;
        for (let t = from; t < from + 20; t++) total += truth(t, e);
        return total;
      };
      const segment = ({ e, from }: typeof one) => ({ episodeId: e.id, from, to: from + 20 });
      const choice = sum(one) > sum(two) !== turned ? ('a' as const) : ('b' as const);
      const body = { kind: 'preference' as const, a: segment(one), b: segment(two), choice };
      const base = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
      return { ...base, ...body, id: `n${i}`, teacherId: 't' } satisfies Feedback;
    };
    const maker = createDataMaker(spec, rewardDefaults);
    const asked = Array.from({ length: 120 }, (_, i) => ({
      turned: i % 5 === 0,
      f: ask(i, i % 5 === 0),
    }));
    const data = asked.flatMap(({ f, turned }) =>
      maker.make(f, store).map((datum) => ({ datum, turned })),
    );
    // A network that knows the truth: its weights read the first observation.
    const member = createMembers(
      backend,
      { ...rewardDefaults, hidden: [4], output: 'linear' },
      4,
      3,
      random,
    )[0]!;
    member.live.parameters.fill(0);
    member.live.parameters[0] = 1; // observation 0 → hidden 0
    member.live.parameters[1] = -1; // and its negative → hidden 1, for the rectifier
    member.live.parameters[4 * 4 + 4] = 1;
    member.live.parameters[4 * 4 + 5] = -1;
    member.live.changed();
    const distrust = createDistrustOf(
      { ...rimeDefaults, warmUpUpdates: 20 },
      backend,
      createNoise(),
    );
    let verdicts: ReadonlyMap<unknown, string> = new Map();
    for (let i = 0; i < 60; i++)
      verdicts = distrust.judge(
        data.map((d) => d.datum),
        [member],
        4,
        noScale(4, 0),
      );
    const doubted = (turned: boolean) => {
      const own = data.filter((d) => d.turned === turned);
      return own.filter((d) => verdicts.get(d.datum) !== 'trust').length / own.length;
    };
    expect(doubted(true)).toBeGreaterThan(0.6);
    expect(doubted(false)).toBeLessThan(0.1);
    member.live.dispose();
    member.frozen.dispose();
  });
});
