/** What policies a learner can start from, and what it says of the others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Learner, PolicySnapshot } from '../../../agent/contract.ts';
import { createBc } from '../../../agent/learners/bc.ts';
import { createCoach } from '../../../agent/learners/coach.ts';
import { createDagger } from '../../../agent/learners/dagger.ts';
import { createPpo } from '../../../agent/learners/ppo.ts';
import { createSac } from '../../../agent/learners/sac.ts';
import { createTd3 } from '../../../agent/learners/td3.ts';
import { importSb3 } from '../../../cli/import-sb3.ts';
import { createRandom } from '../../../sim/random.ts';
import { box } from '../../../sim/spaces.ts';
import { root } from '../../setup/sources.ts';
import { syntheticSpec } from '../synthetic.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await loadBackend({ prefer: 'cpu' });
});

const spec = syntheticSpec(5, 2);
const hidden = [6, 7];
const plain = { hidden, normaliseObservations: false };
const sac = (change: object = {}) =>
  createSac(spec, { ...plain, ...change }, backend, createRandom(3));
const td3 = (change: object = {}) =>
  createTd3(spec, { ...plain, ...change }, backend, createRandom(4));
const dagger = (members: number) =>
  createDagger(spec, { ...plain, members }, backend, createRandom(5));

function expectSame(a: PolicySnapshot, b: PolicySnapshot, size = 5): void {
  const random = createRandom(8);
  const policies = [a, b].map((snapshot) => createPolicy(snapshot, createRandom(1)));
  const [x, y] = [a, b].map(({ actionSpace }) => new Float32Array(actionSpace.size));
  for (let i = 0; i < 30; i++) {
    const observation = Float32Array.from({ length: size }, () => 2 * random.normal());
    policies[0]!.act(observation, x!, 'mean');
    policies[1]!.act(observation, y!, 'mean');
    for (const [j, value] of x!.entries()) expect(y![j]).toBeCloseTo(value, 5);
  }
}

function startedFrom(learner: Learner, policy: PolicySnapshot): PolicySnapshot {
  learner.start(policy);
  return learner.snapshot(0);
}

describe('[LEARN-95] a learner starts from a policy that another one made', () => {
  test('of the same kind of action, whatever the noise', () => {
    const [mine, other] = [sac().snapshot(0), td3().snapshot(0)];
    expectSame(startedFrom(td3(), mine), mine);
    expectSame(startedFrom(sac(), other), other);
    expectSame(startedFrom(createBc(spec, plain, backend, createRandom(6)), other), other);
    // TD3's noise is a number; SAC's network gives it for every observation.
    const noise = startedFrom(sac(), other).layers.at(-1)!.bias.subarray(2);
    expect([...noise]).toEqual([...(other.logStd as Float32Array)]);
    const silent = td3({ explorationNoise: 0 }).snapshot(0);
    for (const s of startedFrom(sac(), silent).layers.at(-1)!.bias.subarray(2))
      expect(Math.exp(s)).toBeCloseTo(0.1, 6);
    const coach = createCoach(spec, { hidden }, backend, createRandom(9)).snapshot(0);
    const ppo = startedFrom(createPpo(spec, plain, backend, createRandom(7)), coach);
    expectSame(ppo, coach);
    for (const [j, s] of (coach.logStd as Float32Array).entries())
      expect((ppo.logStd as Float32Array)[j]).toBeCloseTo(s, 5);
  });

  test('several networks from as many, or all from one', () => {
    const four = sac({ actors: 4 }).snapshot(0);
    expect(four.layers[1]!.inputs).toBe(24);
    expectSame(startedFrom(sac({ actors: 4 }), four), four);
    const one = td3().snapshot(0);
    expectSame(startedFrom(sac({ actors: 4 }), one), one);
    const [three, single] = [dagger(3).snapshot(0), dagger(1).snapshot(0)];
    expectSame(startedFrom(dagger(3), three), three);
    expectSame(startedFrom(dagger(3), single), single);
    expectSame(startedFrom(td3(), single), single);
    expect(() => sac().start(four)).toThrow(
      'policy: is the mean of 4 networks before their tanh, this learner has 1; allowed one network',
    );
    expect(() => sac({ actors: 3 }).start(three)).toThrow(
      'is the mean of 3 networks after their tanh',
    );
  });

  test.each(['sac', 'td3'] as const)('of Stable-Baselines3 (%s), as it acts there', (name) => {
    const space = box(-2, 2, { size: 1 });
    const pendulum = { ...spec, observationSpace: box(-8, 8, { size: 3 }), actionSpace: space };
    const policy = importSb3(join(root, `tests/fixtures/sb3/${name}.zip`), 3, space);
    const sizes = policy.layers.slice(0, -1).map((layer) => layer.outputs);
    const makers = { sac: createSac, td3: createTd3 };
    const config = { hidden: sizes, normaliseObservations: true };
    const started = startedFrom(makers[name](pendulum, config, backend, createRandom(1)), policy);
    expect(started.normaliser).toBeUndefined();
    const { observations, ...expected } = JSON.parse(
      readFileSync(join(root, 'tests/fixtures/sb3/expected.json'), 'utf8'),
    ) as Record<string, number[][]>;
    const out = new Float32Array(1);
    const acting = createPolicy(started, createRandom(1));
    for (const [i, observation] of observations!.entries()) {
      acting.act(Float32Array.from(observation), out, 'mean');
      expect(out[0]).toBeCloseTo(expected[name]![i]![0]!, 4);
    }
  });
});

test('[LEARN-95] what a learner cannot hold is refused in words, with what it could', () => {
  const squashed = td3().snapshot(0);
  const ppo = createPpo(spec, plain, backend, createRandom(7));
  const clipped = ppo.snapshot(0);
  expect(() => ppo.start(squashed)).toThrow('squashed by tanh, this learner clips them; allowed');
  expect(() => td3().start(clipped)).toThrow(
    'clipped, this learner squashes them by tanh; allowed',
  );
  expect(() => td3({ hidden: [9] }).start(squashed)).toThrow(
    'learner.hidden: is [9], the policy has [6,7]; start from it with --set learner.hidden=6,7',
  );
  const smooth = squashed.layers.map((l) => ({ ...l, activation: 'leaky-relu' as const }));
  expect(() => td3().start({ ...squashed, layers: smooth })).toThrow(
    'policy: has leaky-relu between its layers, allowed for this learner relu',
  );
  const normaliser = { mean: new Float32Array(5), invStd: new Float32Array(5).fill(1), clip: 10 };
  expect(() => td3().start({ ...squashed, normaliser })).toThrow(
    'start from it with --set learner.normaliseObservations=true',
  );
  const relu = clipped.layers.map((l) => ({ ...l, activation: 'relu' as const }));
  expect(() =>
    ppo.start({ ...clipped, layers: [...relu.slice(0, -1), clipped.layers.at(-1)!] }),
  ).toThrow('policy: has relu between its layers, allowed for this learner tanh');
  const coach = createCoach(spec, { hidden }, backend, createRandom(9));
  expect(() => coach.start({ ...clipped, normaliser })).toThrow(
    'allowed a policy without a normaliser',
  );
});
