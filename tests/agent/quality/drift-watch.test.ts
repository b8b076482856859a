/** Drift of behaviour: what moved in the newest episodes, unless the policy did. */
import { expect, test } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { createDriftWatch, type DriftOptions } from '../../../agent/quality/drift-watch.ts';
import { createRandom } from '../../../sim/random.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const SIZES = { observation: 4, action: 1 };
const spec = syntheticSpec(SIZES.observation, SIZES.action);

/** As the world is: `sensor` is what number 2 of it is multiplied by; the policy acts `gain` times the first. */
interface World {
  readonly sensor?: number;
  readonly gain?: number;
}

let made = 0;
function episode(
  { sensor = 1, gain = 0.5 }: World,
  more: Parameters<typeof syntheticEpisode>[3] = {},
) {
  const random = createRandom(++made);
  const startedAt = made;
  const behave = (observation: Float32Array, action: Float32Array) => {
    observation[2]! *= sensor;
    action[0] = gain * observation[0]! + 0.1 * random.normal();
    return 0;
  };
  return { ...syntheticEpisode(spec, 40, random, { id: `e${made}`, behave, ...more }), startedAt };
}

function watchOf(more: Partial<DriftOptions> = {}) {
  const watch = createDriftWatch({ sizes: SIZES, isLearning: false, ...more });
  const see = (n: number, world: World = {}) => {
    for (let i = 0; i < n; i++) watch.add(episode(world));
    return watch.report();
  };
  return { watch, see };
}

test('[TRN-14] 160 episodes in which nothing moved raise no alarm, with a finished policy and one that learns', () => {
  for (const isLearning of [false, true]) {
    const { see } = watchOf({ isLearning });
    expect(see(39)).toEqual({});
    for (let i = 0; i < 120; i++) {
      const report = see(1);
      expect([report['drift/observation/alarm'], report['drift/action/alarm']]).toEqual([0, 0]);
      expect(report).not.toHaveProperty('drift/reward');
    }
  }
});

test('[TRN-14] a sensor that tells half as much is an alarm within 8 episodes, which names it and since when', () => {
  const { see } = watchOf();
  see(60);
  const first = made + 1;
  const report = see(8, { sensor: 0.3 });
  expect(report).toMatchObject({
    ...{ 'drift/observation/alarm': 1, 'drift/observation/component': 2, 'drift/since': first },
    'drift/action/alarm': 0,
  });
  expect(report['drift/observation']).toBeGreaterThan(1);
});

test('[TRN-14] while the policy learns what it moves is told without an alarm, and is the reference later', () => {
  const { see } = watchOf({ isLearning: true });
  see(60);
  const moved = see(8, { gain: 2 });
  expect(moved['drift/action']).toBeGreaterThan(1);
  expect(moved['drift/action/alarm']).toBe(0);
  const later = see(60, { gain: 2 });
  expect(later['drift/action']).toBeLessThan(1);
});

test('[TRN-14] a finished policy is held against how it began, until behaviour is back', () => {
  const { see } = watchOf();
  see(60);
  expect(see(80, { sensor: 0.3 })['drift/observation/alarm']).toBe(1);
  expect(see(8)['drift/observation/alarm']).toBe(0);
});

test('[TRN-14] predicted rewards are compared in the eyes of the newest model', () => {
  const model = {
    version: 1,
    scale: 1,
    predict(o: Float32Array, _a: Float32Array, n: number, out: Float32Array) {
      for (let i = 0; i < n; i++) out[i] = model.scale * o[i * SIZES.observation + 2]!;
    },
  };
  const { see } = watchOf({ model });
  expect(see(60)['drift/reward/alarm']).toBe(0);
  model.version = 2;
  model.scale = 10;
  expect(see(8)['drift/reward/alarm']).toBe(0);
  expect(see(8, { sensor: 0.3 })['drift/reward/alarm']).toBe(1);
});

test('[TRN-14] what people drove, what was cut off, and an episode that comes again say nothing', () => {
  const { watch, see } = watchOf();
  see(48);
  const before = watch.report();
  watch.add(episode({ sensor: 0 }, { human: [0, 40] }));
  watch.add(episode({ sensor: 0 }, { end: 'aborted' }));
  const known = episode({});
  watch.add(known);
  const with1 = watch.report();
  for (let i = 0; i < 10; i++) watch.add({ ...known, observations: known.observations.fill(9) });
  expect(with1).not.toEqual(before);
  expect(watch.report()).toEqual(with1);
});

test('[TRN-14] saved and loaded it goes on as if it had never stopped; an older checkpoint begins anew', () => {
  const [one, two] = [watchOf(), watchOf()];
  one.see(60);
  one.see(10, { sensor: 0.3 });
  two.watch.load(structuredClone(one.watch.save()));
  expect(two.watch.report()).toEqual(one.watch.report());
  const next = episode({ sensor: 0.3 });
  for (const { watch } of [one, two]) watch.add(next);
  expect(two.watch.report()).toEqual(one.watch.report());
  const old = watchOf();
  old.watch.load({ meta: {}, arrays: {} });
  expect(old.see(39)).toEqual({});
});

/** The expert of an arm whose motors do as much of what they are told. */
async function arm(strength: number, n: number, firstSeed: number): Promise<Episode[]> {
  const factory = getEnvironment('fetch-reach');
  const env = await factory.create({});
  const expert = factory.createExpert!(env);
  const action = new Float32Array(env.actionSpace.size);
  const [d, k] = [env.observationSpace.size, env.actionSpace.size];
  const list = Array.from({ length: n }, (_, e) => {
    const observations: number[] = [];
    const actions: number[] = [];
    let ts = env.reset(firstSeed + e);
    while (ts.kind !== 'last') {
      expert.act(action);
      observations.push(...ts.observation);
      actions.push(...action);
      ts = env.step(action.map((a) => strength * a));
    }
    const length = actions.length / k;
    const made = syntheticEpisode(syntheticSpec(d, k), length, createRandom(1), {
      id: `${strength}-${firstSeed + e}`,
    });
    made.observations.set(observations);
    made.actions.set(actions);
    return { ...made, startedAt: firstSeed + e };
  });
  env.close();
  return list;
}

test('[TRN-14] an arm whose motors have half their strength is an alarm within 16 episodes, one as before is none', async () => {
  const before = await arm(1, 72, 1);
  const { observationSize: observation, actionSize: action } = before[0]!;
  const watch = createDriftWatch({ sizes: { observation, action }, isLearning: false });
  const alarms = () =>
    ['observation', 'action'].filter((part) => watch.report()[`drift/${part}/alarm`] === 1);
  for (const one of before) {
    watch.add(one);
    expect(alarms()).toEqual([]);
  }
  for (const one of await arm(0.5, 16, 500)) watch.add(one);
  expect(alarms().length).toBeGreaterThan(0);
}, 300_000);
