/** Real commands that are stopped: what they have so far stays, and where is said. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRows } from '../../experiments/bench/feedback/rows.ts';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { root } from '../setup/sources.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-stop-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `node …args`, and sends each signal once stderr holds the words before it. */
async function stopped(
  args: readonly string[],
  ...signals: readonly (readonly [after: string | RegExp, signal: 'SIGINT' | 'SIGTERM'])[]
) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err, sent] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    const [after, signal] = signals[sent] ?? [undefined, 'SIGINT' as const];
    if (after === undefined || err.search(after) < 0) return;
    sent++;
    child.kill(signal);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const train = (...args: string[]) => ['bin/reins.mjs', 'train', '--env', 'reacher', ...args];
const ENDLESS = ['--teacher', 'none', '--steps', '100000000'];

test('[CLI-31] train on SIGINT saves policy, curve and checkpoint, says where, and ends with 130; --resume goes on', async () => {
  const data = join(folder, 'data');
  const out = join(folder, 'a.policy');
  const args = [...ENDLESS, '--eval-episodes', '1', '--data', data, '--out', out];
  const first = await stopped(train(...args), ['training: ', 'SIGINT']);
  expect(first.code, first.err).toBe(130);
  expect(first.out).toBe('');
  const id = 'train-reacher-reins-1';
  expect(first.err).toContain(
    `the policy is in ${out}, the curve in ${out}.curve.json; go on with reins train --data ${data} --resume ${id}`,
  );
  expect(readPolicyFile(out).environmentId).toBe('reacher');
  const steps = () =>
    (JSON.parse(readFileSync(`${out}.curve.json`, 'utf8')) as { environmentSteps: number })
      .environmentSteps;
  const before = steps();
  expect(before).toBeGreaterThan(0);
  const again = [...train('--data', data, '--resume', '--out', out)];
  const second = await stopped(again, ['training: ', 'SIGTERM']);
  expect(second.code, second.err).toBe(143);
  expect(second.err).toContain(`${id} goes on after ${before} of 100000000 steps`);
  expect(steps()).toBeGreaterThan(before);
});

test('[CLI-31] train hears SIGTERM during an evaluation, of which a line tells every ten seconds', async () => {
  const out = join(folder, 'a.policy');
  // Ten thousand episodes of `reacher` take a fast machine less than two lines.
  const slow = ['bin/reins.mjs', 'train', '--env', 'half-cheetah', ...ENDLESS];
  const args = [...slow, '--eval-episodes', '10000', '--out', out];
  const { code, err } = await stopped(args, [/(evaluating before: .*\n){2}/, 'SIGTERM']);
  expect(code, err).toBe(143);
  expect(err).toContain('stopped after 0 of 100000000 steps');
  expect(readPolicyFile(out).environmentId).toBe('half-cheetah');
});

test('[CLI-31] expert on SIGTERM keeps the clone so far beside the expert that is there', async () => {
  const out = join(folder, 'e.policy');
  const args = ['bin/reins.mjs', 'expert', '--env', 'parking', '--seed', '2', '--out', out];
  const { code, err } = await stopped(args, [/cloning: .*(\n.*)*expert: /, 'SIGTERM']);
  expect(code, err).toBe(143);
  const file = join(folder, 'e.stopped.policy');
  expect(err).toContain(`is in ${file}; ${out} is as it was`);
  expect(readPolicyFile(file).environmentId).toBe('parking');
  expect(existsSync(out)).toBe(false);
});

test('[CLI-31] bench feedback on SIGINT keeps the finished runs, and the same command goes on', async () => {
  const grid = [
    '--tasks',
    'reacher',
    '--presets',
    'pebble',
    '--teachers',
    'oracle',
    '--workers',
    '1',
  ];
  const args = [...grid, '--seeds', '3', '--eval-episodes', '1', '--steps', '40', '--out', folder];
  const bench = ['bin/reins.mjs', 'bench', 'feedback', ...args];
  const first = await stopped([...bench, '--seeds', '1000'], [/ [1-9]\d* of \d+ runs/, 'SIGINT']);
  expect(first.code, first.err).toBe(130);
  expect(first.out).toBe('');
  const rows = join(folder, 'rows.jsonl');
  const finished = readRows(rows).size;
  expect(first.err).toContain(`stopped: ${finished} of `);
  expect(finished).toBeGreaterThan(0);
  expect(existsSync(join(folder, 'report.html'))).toBe(true);
});

test('[CLI-31] bench feedback --suite speed on SIGINT writes what was measured', async () => {
  const args = ['bin/reins.mjs', 'bench', 'feedback', '--suite', 'speed', '--out', folder];
  const { code, err } = await stopped(args, [/speed: \d+ %/, 'SIGINT']);
  expect(code, err).toBe(130);
  const file = join(folder, 'speed.json');
  expect(err).toContain(`stopped: what was measured until then is in ${file}`);
  // However many it came to before it heard the signal: not all.
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as {
    rows: { what: string; value: number }[];
  };
  expect(rows.filter(({ value }) => !(value > 0))).toEqual([]);
  expect(rows.map(({ what }) => what)).not.toContain('one action, 64 × 64');
});

/** Arguments of `bench`, and what is measured of it once its first line of progress is there. */
const MEASURED: readonly (readonly [name: string, args: string, figure: string, later: string])[] =
  [
    ['env', '--env reacher --seconds 3600', 'stepsPerSecond', 'saveRestoreMicros'],
    ['act', '--hidden 8 --seconds 3600', 'micros', ''],
    ['learner', '--hidden 8 --seconds 3600', 'updatesPerSecond', ''],
    ['stream', '--env reacher --preset rlpd --seconds 600', 'withoutClient', 'learnerRatio'],
  ];

test.each(MEASURED)(
  '[CLI-43] bench %s on a signal prints what was measured, after a line every ten seconds',
  async (name, args, figure, later) => {
    const { code, out, err } = await stopped(
      ['bin/reins.mjs', 'bench', name, ...args.split(' '), '--json'],
      [/measuring: \d+ % · (?!rehearsing|waiting)[a-z]/, name === 'act' ? 'SIGTERM' : 'SIGINT'],
    );
    expect(code, err).toBe(name === 'act' ? 143 : 130);
    expect(err).toContain('stopped: this is what was measured until then');
    const document = JSON.parse(out) as Record<string, number | object | null>;
    const { [figure]: value } = document;
    const number = typeof value === 'object' ? Object.values(value ?? {})[0] : value;
    expect(number).toBeGreaterThan(0);
    if (later) expect(document[later]).toBeNull();
  },
);

test('[CLI-31] a second signal ends the process at once, whatever it is doing', async () => {
  const script = `
    import { stopOnSignal } from '${new URL('../../cli/stop-on-signal.ts', import.meta.url).href}';
    const { stop } = stopOnSignal();
    stop.addEventListener('abort', () => console.error('saving'));
    setInterval(() => {}, 1000);
    console.error('ready');
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { code, err } = await stopped(args, ['ready', 'SIGINT'], ['saving', 'SIGTERM']);
  expect(code, err).toBe(143);
});

test('[CLI-31] a second signal ends the process in order while a thread is within ONNX Runtime', async () => {
  const args = ['--import', 'tsx', 'tests/cli/fixtures/computing-thread.ts'];
  const { code, err } = await stopped(args, ['computing', 'SIGINT'], ['saving', 'SIGINT']);
  expect(code, err).toBe(130);
  expect(err).toBe('computing\nsaving\n');
});

test('[CLI-73] who reads the output may go away: the command ends as it would, without a word', async () => {
  const child = spawn(process.execPath, ['bin/reins.mjs', 'envs', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
