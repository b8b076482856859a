import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hackingLines } from '../../cli/commands/train.ts';
import { createOutput } from '../../experiments/output.ts';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { type TrainOptions, type TrainResult, train } from '../../experiments/train/run.ts';
import type { EnvironmentFactory } from '../../sim/contract.ts';
import { createPointWorld, POINT_HORIZON, pointWorld } from '../agent/point-world.ts';
import { root } from '../setup/sources.ts';
import { inProcess } from './in-process.ts';

const factory: EnvironmentFactory = {
  title: 'Point',
  description: 'a point on the plane',
  family: 'driving',
  controlHz: 10,
  horizon: POINT_HORIZON,
  controls: [],
  safeAction: [0, 0],
  trainSeeds: { start: 0, count: 50 },
  evalSeeds: { start: 1000, count: 50 },
  licence: 'MIT',
  better: '',
  ...pointWorld,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-train-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
async function run(change: Partial<TrainOptions>): Promise<TrainResult> {
  const output = createOutput({ json: true });
  return train({
    factory,
    environmentOptions: {},
    preset: 'reins',
    overrides: { learner: { hidden: [32, 32], batchSize: 64 }, scheduler: { updatesPerStep: 0.5 } },
    teachers: ['override'],
    rule: 'density',
    annotator: 'oracle',
    steps: 600,
    labels: 20,
    seed: 1,
    evalEpisodes: 5,
    backend: 'wasm',
    deterministic: true,
    out: join(folder, `${runs++}.policy`),
    output,
    clock: () => 0,
    ...change,
  });
}

test('[CLI-4] an override teacher lifts the return of held-out episodes', async () => {
  const result = await run({});
  expect(result.environmentSteps).toBe(600);
  expect(result.expertSteps).toBeGreaterThan(50);
  expect(result.takeovers).toBeGreaterThan(3);
  expect(result.updates).toBeGreaterThan(100);
  expect(result.after.return.mean).toBeGreaterThan(result.before.return.mean + 20);
  expect(readPolicyFile(result.snapshot)).toMatchObject({
    environmentId: 'point-world',
    observationSize: 2,
    meta: { preset: 'reins', seed: 1 },
  });
});

test('[CLI-4] the same seed gives the same policy, bit for bit; another seed another one', async () => {
  const teachers = ['override', 'preference', 'scalar'] as const;
  const short = { teachers, steps: 150, evalEpisodes: 1 };
  const a = await run(short);
  const b = await run(short);
  const c = await run({ ...short, seed: 2 });
  expect(b.snapshotHash).toBe(a.snapshotHash);
  expect(c.snapshotHash).not.toBe(a.snapshotHash);
  expect({ ...b, snapshot: '' }).toEqual({ ...a, snapshot: '' });
});

test.each([undefined, 'cpu'] as const)(
  '[CLI-4] --deterministic, backend %s: the same seed and log, the same weights; native is refused',
  async (backend) => {
    const overrides = {
      learner: { hidden: [16], batchSize: 32 },
      scheduler: { updatesPerStep: 0.3 },
    };
    const short = { overrides, backend, steps: 120, evalEpisodes: 1, deterministic: true };
    const a = await run(short);
    const b = await run(short);
    expect(backend === undefined ? ['onnx', 'wasm'] : [backend]).toContain(a.backend);
    expect(a.updates).toBeGreaterThan(0);
    expect(b.snapshotHash).toBe(a.snapshotHash);
    await expect(run({ ...short, backend: 'native' })).rejects.toThrow(
      'backend: is native, allowed onnx, wasm or cpu with --deterministic',
    );
  },
);

test('[CLI-4] preferences alone: all labels are answered and a reward is learned', async () => {
  const result = await run({ teachers: ['preference'], labels: 30, steps: 500 });
  expect(result.labels).toBe(30);
  expect(result.expertSteps).toBe(0);
  expect(result.rewardModel.pearson).toBeGreaterThan(0.3);
});

test('[CLI-4] what cannot work is refused with one sentence', async () => {
  const { createExpert: _none, ...noExpert } = factory;
  await expect(run({ factory: noExpert })).rejects.toThrow(/no expert/);
  await expect(run({ preset: 'nope' })).rejects.toThrow(/preset/);
});

test('[CLI-20] counterfactuals: on where the preset learns from them; they tell needless takeovers', async () => {
  const none = { takeovers: 0, cost: 0, failures: 0, unneeded: 0 };
  const all = await run({ preset: 'reins' });
  expect(all.takeovers).toBeGreaterThan(0);
  expect(all.prevented.takeovers).toBe(all.takeovers);
  expect((await run({ preset: 'reins', counterfactuals: false })).prevented).toEqual(none);
  expect((await run({ preset: 'hg-dagger' })).prevented).toEqual(none);
  const overrides = { learner: { hidden: [32, 32], batchSize: 64 } };
  const ppl = await run({ preset: 'ppl', overrides });
  expect(ppl.prevented.takeovers).toBe(ppl.takeovers);
  expect(ppl.prevented.unneeded).toBeLessThanOrEqual(ppl.takeovers);
  const without = await run({ preset: 'ppl', overrides, counterfactuals: false });
  expect(without.snapshotHash).not.toBe(ppl.snapshotHash); // predicted states were learned from
  // The first state predicted from a step is its own: at horizon 1 the same pairs, with or without.
  const near = { learner: { ...overrides.learner, horizon: 1 } };
  const predicted = await run({ preset: 'ppl', overrides: near });
  const own = await run({ preset: 'ppl', overrides: near, counterfactuals: false });
  expect(predicted.snapshotHash).toBe(own.snapshotHash);
});

test.each(['thrifty', 'aim'])(
  '[CLI-21] %s: the agent asks, and is taught when it does',
  async (preset) => {
    const overrides = { learner: { hidden: [32, 32], batchSize: 64 } };
    const asked = await run({ preset, overrides, steps: 1500 });
    const ruled = await run({ preset: 'hg-dagger', overrides, steps: 1500 });
    expect(asked.after.return.mean).toBeGreaterThan(asked.before.return.mean);
    expect(asked.expertSteps).toBeGreaterThan(0);
    expect(asked.expertSteps).not.toBe(ruled.expertSteps);
  },
);

test.each(['rank', 'rate'])(
  '[QRY-3] questions to %s are answered and teach a reward',
  async (kind) => {
    const base = {
      learner: { hidden: [32, 32], batchSize: 64 },
      scheduler: { updatesPerStep: 0.5 },
    };
    const overrides = { ...base, queries: { kind } };
    const result = await run({ teachers: ['preference'], labels: 30, steps: 500, overrides });
    expect(result.labels).toBe(30);
    expect(result.rewardModel.pearson).toBeGreaterThan(0.3);
  },
);

test('[CLI-22] answers that take their time hold nothing up, and all arrive in the end', async () => {
  const base = { teachers: ['preference'], labels: 20, steps: 300, evalEpisodes: 1 } as const;
  const prompt = await run(base);
  const slow = await run({ ...base, teach: { preference: { delay: 10 } } });
  expect(slow.metrics['train/labels']).toBe(20);
  expect(slow.environmentSteps).toBe(300);
  expect(slow.snapshotHash).not.toBe(prompt.snapshotHash);
  expect((await run({ ...base, teach: { preference: { delay: 0 } } })).snapshotHash).toBe(
    prompt.snapshotHash,
  );
});

test.each([
  [{ preference: { delays: 3 } }, 'teach.preference.delays: unknown, allowed beta, gamma'],
  [{ preference: { mistake: 'often' } }, 'teach.preference.mistake: is "often", allowed 0 to 1'],
  [{ preference: { mistake: 2 } }, 'teach.preference.mistake: is 2, allowed 0 to 1'],
  [{ scalar: { mistake: 0 } }, 'teach.scalar: does not teach here, allowed preference'],
  [{ nobody: {} }, 'teach.nobody: unknown, allowed preference, scalar, override'],
])('[CLI-23] a teacher with %j is refused', async (teach, message) => {
  await expect(run({ teachers: ['preference'], teach })).rejects.toThrow(message);
});

test.each(['budget', 'budgetSteps'])('[QRY-7] queries.%s is for serve', async (name) => {
  await expect(run({ overrides: { queries: { [name]: 10 } } })).rejects.toThrow(
    `queries.${name}: is for serve, allowed in train --labels and --steps`,
  );
});

test('[CLI-23] a live teacher of an unknown mode is refused', async () => {
  const teach = { scalar: { mode: 'loud' } };
  await expect(run({ teachers: ['scalar'], teach })).rejects.toThrow(
    'teach.scalar.mode: is "loud", allowed sparse, continuous, policy-dependent',
  );
});

test('[QRY-6] accuracy stands beside its ceiling: the teacher’s own, and the one its repeats measure', async () => {
  const base = { learner: { hidden: [32, 32], batchSize: 64 }, scheduler: { updatesPerStep: 0.2 } };
  const common = { teachers: ['preference'], labels: 200, steps: 600, evalEpisodes: 1 } as const;
  const overrides = { ...base, queries: { repeatShare: 0.4 } };
  const teach = { preference: { mistake: 0.2 } };
  const { rewardModel, metrics } = await run({ ...common, overrides, teach });
  expect(rewardModel.ceiling).toBeCloseTo(0.8, 6);
  expect(metrics['reward/repeats']).toBeGreaterThan(40);
  // Seventy answers given twice: a standard error of 0.04.
  expect(Math.abs(rewardModel.measuredCeiling! - 0.8)).toBeLessThan(0.12);
  expect(rewardModel.accuracy).toBeLessThan(0.95);
  const once = await run({ ...common, overrides: base, teach });
  expect(once.rewardModel).toMatchObject({ measuredCeiling: null });
});

test('[EVAL-20] where the reward is constant nothing is at a distance from it or correlates with it', async () => {
  const dull: EnvironmentFactory = {
    ...factory,
    async create() {
      const env = createPointWorld();
      return { ...env, step: (action) => ({ ...env.step(action), reward: 1 }) };
    },
  };
  const overrides = {
    learner: { hidden: [16], batchSize: 32 },
    scheduler: { updatesPerStep: 0.2 },
  };
  const { rewardModel } = await run({
    factory: dull,
    teachers: ['preference'],
    overrides,
    steps: 300,
    evalEpisodes: 1,
  });
  expect(rewardModel.accuracy).not.toBeNull();
  expect(rewardModel).toMatchObject({ epic: null, pearson: null });
});

test('[CLI-16] train says for how much of the run the alarm for reward hacking stood, and what helps', () => {
  const curve = (...alarms: boolean[]) => alarms.map((alarm) => ({ alarm }));
  expect(hackingLines(curve(false, false))).toEqual([]);
  expect(hackingLines([])).toEqual([]);
  expect(hackingLines(curve(false, true, true, false))).toEqual([
    expect.stringMatching(/in 50 % of the run; more --labels/),
  ]);
  expect(hackingLines(curve(false, true))).toEqual([
    expect.stringMatching(/in 50 % of the run, and at its end/),
  ]);
});

test('[CLI-65] a training starts from a policy: its first evaluation is the last of the one that made it', async () => {
  const first = await run({ steps: 300, evalEpisodes: 3 });
  const policy = { file: first.snapshot, read: () => readPolicyFile(first.snapshot).snapshot };
  const next = await run({ steps: 100, evalEpisodes: 3, seed: 5, policy });
  expect(next.before).toEqual(first.after);
  expect(first.after).not.toEqual(first.before);
  expect(readPolicyFile(next.snapshot).meta.startedFrom).toBe(first.snapshot);
});

test('[CLI-65] a policy that does not fit is refused by file and field, with the way out', async () => {
  const own = join(root, 'weights/driving.policy');
  const refused = async (...args: string[]) => {
    const { code, err } = await inProcess('train', '--steps', '10', ...args);
    expect(code).toBe(2);
    return err;
  };
  const from = (file: string, ...args: string[]) => refused('--policy', file, ...args);
  expect(await from(own, '--env', 'reacher')).toContain(
    'is of driving, allowed one of reacher, or --env driving',
  );
  expect(await from(own, '--env', 'driving', '--option', 'rays=24')).toMatch(
    /takes 259 observations and gives 2 actions, driving has \d+ and 2 with these options/,
  );
  expect(await from(own, '--env', 'driving', '--preset', 'christiano')).toContain(
    'learner.hidden: is [64,64], the policy has [128,128]; start from it with --set learner.hidden=128,128',
  );
  expect(await from(own, '--env', 'driving', '--preset', 'bc')).toContain('squashes them by tanh');
  const zip = join(root, 'tests/fixtures/sb3/ppo.zip');
  expect(await from(zip, '--env', 'driving')).toContain('takes 3 observations');
  expect(await from(join(root, 'README.md'), '--env', 'driving')).toContain(
    'is no policy, allowed a file of reins train, an ONNX model (.onnx) or a zip',
  );
  expect(await from('no-such.policy', '--env', 'driving')).toContain('no such file');
});
