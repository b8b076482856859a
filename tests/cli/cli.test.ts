import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getPreset, listPresets } from '../../agent/presets/presets.ts';
import { createProgram } from '../../cli/main.ts';
import { writePolicyFile } from '../../experiments/policy-file.ts';
import { root } from '../setup/sources.ts';
import { withoutBanner } from '../setup/stderr.ts';

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

function reins(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['bin/reins.mjs', ...args], { cwd: root });
    const result: Result = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()));
    child.on('close', (code) => resolve({ ...result, stderr: withoutBanner(result.stderr), code }));
  });
}

/** Parses all of stdout, so that anything beside the one document fails. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const result = await reins(...args, '--json');
  expect(result.stderr).not.toMatch(/error/i);
  expect(result.code).toBe(0);
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const interval = {
  mean: expect.any(Number),
  iqm: expect.any(Number),
  low: expect.any(Number),
  high: expect.any(Number),
};

describe('bad arguments', () => {
  test.each([
    ['an unknown command', ['fly'], /unknown command 'fly'/],
    ['no command', [], /command is missing/],
    ['an unknown option', ['eval', '--bogus'], /unknown option '--bogus'/],
    [
      'a number out of range',
      ['eval', '--episodes', '0'],
      /--episodes.*"0", allowed whole numbers 1/,
    ],
    [
      'an unknown environment',
      ['eval', '--env', 'moon'],
      /env: unknown id "moon", allowed driving/,
    ],
    [
      'an unknown policy',
      ['eval', '--policy', 'nobody'],
      /policy: nobody.*allowed expert, planner/,
    ],
    ['an unknown teacher', ['train', '--teacher', 'cat'], /"cat", allowed override, preference/],
    ['an unknown preset', ['train', '--preset', 'x'], /preset.*"?x"?.*allowed.*reins/],
    ['a setting out of place', ['train', '--set', 'hidden=3'], /expected part\.name=value/],
    ['the same in serve', ['serve', '--set', 'hidden=3'], /expected part\.name=value/],
    [
      'an impossible port',
      ['serve', '--port', '70000'],
      /"70000", allowed whole numbers 0 to 65535/,
    ],
    [
      'an environment option out of range',
      ['eval', '--option', 'density=-1'],
      /density.*-1.*allowed/,
    ],
  ])('[CLI-2] %s: one line, nothing on stdout, exit code 2', async (_what, args, message) => {
    const result = await reins(...args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
  });

  test('[CLI-7] a port that is taken: named with its flag, before anything is built', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const result = await reins('serve', '--port', String(port), '--data', folder);
    other.close();
    expect(result.stderr.trim()).toBe(
      `error: port ${port} on 127.0.0.1 is taken: choose another with --port`,
    );
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
  });

  test('[CLI-15] serve --set is refused by name, on one line, before anything is served', async () => {
    const args = ['learner', '--port', '0', '--data', join(folder, 'set')];
    const result = await reins(...args, '--log-level', 'error', '--set', 'queries.kind=guess');
    expect(result.stderr).toBe('error: queries.kind: is "guess", allowed compare, rank, rate\n');
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
    const schedule = await reins(...args, '--set', 'queries.schedule=increasing');
    expect(schedule.stderr).toMatch(/error: queries.schedule: is increasing, needs queries.budget/);
    expect(schedule.code).toBe(2);
  });

  test('[CLI-5] a policy of another environment is refused with both sizes', async () => {
    const path = join(folder, 'other.policy');
    const layer = { inputs: 3, outputs: 1, activation: 'linear' as const };
    writePolicyFile(path, {
      environmentId: 'pendulum',
      observationSize: 3,
      snapshot: {
        version: 4,
        layers: [{ ...layer, weights: new Float32Array(3), bias: new Float32Array(1) }],
        logStd: 'deterministic',
        squash: 'tanh',
        actionSpace: { size: 1, low: new Float32Array(1), high: new Float32Array(1) },
      },
      meta: {},
    });
    const result = await reins('eval', '--policy', path);
    expect(result.stderr).toMatch(/pendulum \(3 observations, 1 actions\), driving has \d+ and 2/);
    expect(result.code).toBe(2);
  });
});

describe('results', () => {
  test('[CLI-3] every command has help with examples', async () => {
    const walk = (command: ReturnType<typeof createProgram>): string[][] =>
      command.commands.flatMap((child) => [
        [child.name()],
        ...walk(child).map((names) => [child.name(), ...names]),
      ]);
    const all = walk(createProgram());
    expect(all.length).toBeGreaterThan(9);
    const seen = await Promise.all(
      ['serve', 'train', 'eval', 'bench', 'envs', 'presets', 'doctor', 'export'].map((name) =>
        reins(name, '--help'),
      ),
    );
    for (const result of seen) {
      expect(result.stdout).toContain('Examples:\n  $ reins ');
      expect(result.code).toBe(0);
    }
  });

  test('[CLI-1] a command that takes a while and one that fails: stdout has the document, or nothing', async () => {
    const args = ['eval', '--env', 'driving', '--policy', 'planner', '--json', '--episodes'];
    const done = await reins(...args, '1');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ episodes: 1, success: interval });
    const failed = await reins(...args, '0');
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toMatch(/^error: .+\n$/);
    expect(failed.code).toBe(2);
  });

  test('[CLI-9] doctor says which backend runs and why', async () => {
    expect(await json('doctor')).toMatchObject({
      backend: expect.stringMatching(/^(onnx|native|wasm|cpu)$/),
      backendReason: expect.stringMatching(/.{10}/),
      node: process.version,
      mujoco: expect.stringMatching(/^\d+\.\d+/),
      sqlite: expect.stringMatching(/^3\.\d+/),
    });
  });

  test('[CLI-9] envs lists ids that the other commands take', async () => {
    const { environments } = (await json('envs')) as { environments: { id: string }[] };
    expect(environments.map((e) => e.id)).toContain('driving');
  });

  test('[CLI-9] presets: every one with its paper, one with its deviations', async () => {
    const { presets } = (await json('presets')) as { presets: { id: string }[] };
    expect(presets.map((p) => p.id)).toEqual(listPresets().map((p) => p.id));
    const one = getPreset('ppl');
    const { stdout } = await reins('presets', 'ppl');
    for (const line of [one.paper, ...one.deviations]) expect(stdout).toContain(line);
    expect(await reins('presets', 'nope')).toMatchObject({ code: 2, stdout: '' });
  });

  test('[CLI-9] bench: env, act and learner', async () => {
    expect(await json('bench', 'env', '--env', 'driving', '--seconds', '0.2')).toMatchObject({
      stepsPerSecond: expect.any(Number),
      realTimeFactor: expect.any(Number),
      saveRestoreMicros: expect.any(Number),
    });
    const act = await json('bench', 'act', '--hidden', '32,32', '--seconds', '0.2');
    expect(act.micros).toBeGreaterThan(0);
    expect(act.micros).toBeLessThan(1000);
    const sizes = ['--hidden', '16,16', '--batch', '32', '--seconds', '0.3'];
    expect(await json('bench', 'learner', '--learner', 'sac', ...sizes)).toMatchObject({
      updatesPerSecond: expect.any(Number),
      backend: expect.stringMatching(/^(onnx|native|wasm|cpu)$/),
    });
  });

  test('[CLI-5] eval: intervals, driving score, and a row per episode in a file', async () => {
    const out = join(folder, 'rows.jsonl');
    const args = ['--policy', 'planner', '--episodes', '3', '--seed-start', '1000', '--out', out];
    const result = await json('eval', '--env', 'driving', ...args);
    expect(result).toMatchObject({
      episodes: 3,
      success: interval,
      return: interval,
      cost: interval,
      routeCompletion: interval,
      drivingScore: interval,
      infractions: { crashVehicle: expect.any(Number) },
    });
    const rows = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seed: number });
    expect(rows.map((row) => row.seed)).toEqual([1000, 1001, 1002]);
  });

  test('[CLI-4] train writes a policy that eval takes', async () => {
    const out = join(folder, 'short.policy');
    const size = ['--set', 'learner.hidden=16,16', '--set', 'learner.batchSize=32'];
    const args = ['--steps', '120', '--eval-episodes', '2', '--seed', '3', '--out', out];
    const result = await json('train', '--env', 'driving-easy', ...size, ...args);
    expect(result).toMatchObject({
      before: { episodes: 2, success: interval, routeCompletion: interval },
      after: { episodes: 2, success: interval, routeCompletion: interval },
      environmentSteps: 120,
      expertSteps: expect.any(Number),
      labels: 0,
      wallSeconds: expect.any(Number),
      snapshot: out,
    });
    expect(Object.keys(result.rewardModel as object)).toEqual([
      'accuracy',
      'ceiling',
      'measuredCeiling',
      'pearson',
      'epic',
    ]);
    const again = await json('eval', '--env', 'driving-easy', '--policy', out, '--episodes', '2');
    const after = result.after as { return: unknown };
    expect(again.return).toEqual(after.return);
  });
});
