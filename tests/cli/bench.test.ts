import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchEnvironment } from '../../experiments/bench/environment.ts';
import { benchThreads } from '../../experiments/bench/threads.ts';
import { getEnvironment } from '../../sim/registry.ts';
import { root } from '../setup/sources.ts';

const clock = () => performance.now();

it('[ROBOT-27] measures an environment against the bare engine in one run', async () => {
  const factory = getEnvironment('half-cheetah');
  const options = { factory, environmentOptions: {}, seconds: 0.6, seed: 0, clock };
  const result = await benchEnvironment(options);
  // How fast is for a quiet machine; here only that there are figures.
  expect(result.engineStepsPerSecond).toBeGreaterThan(0);
  expect(result.engineRatio).toBeGreaterThan(0);
  expect(result.createMillis).toBeGreaterThan(0);
  expect(result.createAgainMillis).toBeGreaterThan(0);
});

it('[ROBOT-27] has no engine to compare with where there is none', async () => {
  const factory = getEnvironment('driving-easy');
  const options = { factory, environmentOptions: {}, seconds: 0.1, seed: 0, clock };
  expect(await benchEnvironment(options)).toMatchObject({ engineRatio: null });
});

it('[ROBOT-27] steps environments in several threads at once', async () => {
  const options = { env: 'hopper', option: {}, seconds: 0.2, seed: 0, counts: [1, 2], clock };
  const { stepsPerSecond, efficiency } = await benchThreads(options);
  expect(stepsPerSecond).toHaveLength(2);
  for (const steps of stepsPerSecond) expect(steps).toBeGreaterThan(0);
  expect(efficiency[0]).toBe(1);
  await expect(benchThreads({ ...options, env: 'nowhere' })).rejects.toThrow(
    /unknown id "nowhere"/,
  );
});

/** `out` is the result alone: beside it a slow machine says how far it is. */
function reins(...args: string[]): Promise<{ code: number | null; out: string; error: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['bin/reins.mjs', ...args], { cwd: root });
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

it('[ROBOT-20] a task may be of TypeScript, also for threads, which run compiled code', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reins-task-'));
  writeFileSync(join(folder, 'part.ts'), 'export const horizon: number = 7;');
  const task = join(folder, 'task.ts');
  writeFileSync(task, "import { horizon } from './part.ts';\nexport default { horizon };");
  const model = ['--mjcf', 'tests/sim/robotics/fixtures/cart.xml', '--task', task];
  const bench = ['bench', 'env', ...model, '--seconds', '0.1', '--json'];
  const here = JSON.parse((await reins(...bench)).out) as { steps: number; resets: number };
  expect(here.steps).toBe(7 * here.resets);
  const threads = JSON.parse((await reins(...bench, '--threads', '1')).out) as object;
  expect(threads).toMatchObject({ env: 'mjcf', threads: [1] });
  rmSync(folder, { recursive: true });
});

it('[ROBOT-20] --mjcf and --task name a model and its task on the command line', async () => {
  const folder = 'tests/sim/robotics/fixtures';
  const model = ['--mjcf', `${folder}/cart.xml`, '--task', `${folder}/cart.task.json`];
  const good = await reins('bench', 'env', ...model, '--seconds', '0.1', '--json');
  expect(JSON.parse(good.out)).toMatchObject({ env: 'mjcf', actions: 'random' });
  const bad = await reins('bench', 'env', '--task', 'x.json');
  expect([bad.code, bad.error]).toEqual([2, expect.stringMatching(/task: needs --mjcf/)]);
});
