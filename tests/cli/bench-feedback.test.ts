import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedbackBench } from '../../experiments/bench/feedback/bench.ts';
import { planRuns, runKey } from '../../experiments/bench/feedback/plan.ts';
import { readRows } from '../../experiments/bench/feedback/rows.ts';
import { defaultGrid } from '../../experiments/bench/feedback/suites.ts';
import { lockFolder } from '../../server/storage/lock.ts';
import { root } from '../setup/sources.ts';
import { inProcess } from './in-process.ts';
import { parseXml } from './xml.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-feedback-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = [
  ...['--set', 'learner.hidden=16,16', '--set', 'learner.batchSize=32'],
  ...['--set', 'scheduler.unsupervisedSteps=50', '--set', 'scheduler.updatesPerStep=0.1'],
  ...['--eval-episodes', '2', '--workers', '2'],
];

function start(out: string, ...args: string[]): ChildProcess {
  return spawn(
    process.execPath,
    ['bin/reins.mjs', 'bench', 'feedback', ...SMALL, '--out', out, ...args],
    { cwd: root },
  );
}

function finish(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const GRID = ['--tasks', 'reacher', '--presets', 'pebble', '--budgets', '4,8', '--steps', '300'];

test('[CLI-11] a grid becomes rows, a table, plots and one page, and is killed and resumed without doing a run twice', async () => {
  const out = join(folder, 'grid');
  const path = join(out, 'rows.jsonl');
  const killed = start(out, ...GRID, '--seeds', '2', '--json');
  const gone = finish(killed);
  while (!existsSync(path) || readFileSync(path, 'utf8').indexOf('\n') < 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  killed.kill('SIGKILL');
  await gone;
  const first = readFileSync(path, 'utf8').split('\n')[0]!;
  const before = readRows(path).size;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(6);
  appendFileSync(path, '{"key":"torn'); // a crash in the middle of a write

  const again = await finish(start(out, ...GRID, '--seeds', '2', '--json'));
  expect(again.err).toContain(`${before} of 6 runs are there already`);
  expect(again.code).toBe(0);
  const result = JSON.parse(again.out) as FeedbackBench;
  expect(result).toMatchObject({ runs: 6, resumed: before, failures: [], leftOut: [] });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toBe(first);
  expect(lines).toHaveLength(6); // 2 budgets and the true reward, 2 seeds each
  expect(new Set(lines.map((line) => (JSON.parse(line) as { key: string }).key)).size).toBe(6);

  expect(result.cells.map((c) => [c.budget, c.labels, c.seeds])).toEqual([
    [4, 4, 2],
    [8, 8, 2],
  ]);
  for (const cell of result.cells) {
    expect(cell.referenceKind).toBe('reward');
    expect(cell.raw.low).toBeLessThanOrEqual(cell.raw.iqm);
    expect(cell.raw.iqm).toBeLessThanOrEqual(cell.raw.high);
  }
  const rows = [...readRows(path).values()];
  expect(rows.every((row) => row.curve.at(-1)?.step === 300)).toBe(true);
  expect(rows.every((row) => /^([0-9a-f]{12}(-dirty)?)?$/.test(row.commit))).toBe(true);
  expect(rows.every((row) => existsSync(join(out, row.policy)))).toBe(true);
  checkFiles(out);
});

test('[CLI-11] a run that fails is counted, shown with its error, and tried again by the same command', async () => {
  const out = join(folder, 'failing');
  const args = ['--tasks', 'reacher', '--presets', 'pebble', '--budgets', '4', '--seeds', '2'];
  args.push('--steps', '200', '--teach', 'preference.delay=1', '--deterministic');
  const teach = { preference: { delay: 1 } };
  const grid = { ...defaultGrid, presets: ['pebble'], budgets: [4], seeds: 2, steps: 200, teach };
  const overrides = {
    learner: { hidden: [16, 16], batchSize: 32 },
    scheduler: { unsupervisedSteps: 50, updatesPerStep: 0.1 },
  };
  const { runs } = planRuns({ ...grid, evalEpisodes: 2, overrides });
  const doomed = runKey(runs.find((run) => run.kind === 'run' && run.seed === 2)!);
  const inTheWay = join(out, 'policies', `${doomed}.policy`);
  mkdirSync(join(inTheWay, 'x'), { recursive: true }); // no file can take its place

  const first = await finish(start(out, ...args));
  expect(first.code).toBe(1);
  expect(first.err).toContain(`failed: ${doomed}: `);
  expect(first.out).toMatch(/oracle \(delay=1\) · 4 labels .* 1 \(1 failed\)/);
  expect(first.out).toMatch(/failed {2}reacher · .* · 2 · .*EISDIR|ENOTEMPTY/);
  for (const name of ['table.md', 'report.html'])
    expect(readFileSync(join(out, name), 'utf8')).toContain('One run failed and is not in the');
  expect(readRows(join(out, 'rows.jsonl')).has(doomed)).toBe(false);

  rmSync(inTheWay, { recursive: true });
  const second = await finish(start(out, ...args, '--json'));
  expect(second.code).toBe(0);
  expect(JSON.parse(second.out)).toMatchObject({ runs: 4, resumed: 3, failures: [] });
  const rows = readRows(join(out, 'rows.jsonl'));
  expect(rows.size).toBe(4);
  expect(rows.get(doomed)).toMatchObject({ backend: 'wasm', spec: { teach } });
  // With --deterministic: the same policies from the same seeds.
  const other = join(folder, 'again');
  await finish(start(other, ...args));
  for (const { policy } of rows.values())
    expect(readFileSync(join(other, policy)).equals(readFileSync(join(out, policy)))).toBe(true);
});

function checkFiles(out: string): void {
  for (const name of ['bars-reacher', 'labels-reacher'])
    expect(parseXml(readFileSync(join(out, 'plots', `${name}.svg`), 'utf8'))).toBe('svg');
  expect(readFileSync(join(out, 'table.md'), 'utf8')).toMatch(/pebble · oracle · 8 labels/);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page).toContain('what labels buy');
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(/);
}

test('[CLI-11] the judge of rotation teaches the backflip: a reference, a strip of real poses', async () => {
  const out = join(folder, 'flip');
  const args = ['--suite', 'backflip', '--presets', 'reins', '--budgets', '4', '--seeds', '1'];
  const { code, out: text } = await finish(start(out, ...args, '--steps', '1300', '--json'));
  expect(code).toBe(0);
  const { cells } = JSON.parse(text) as FeedbackBench;
  expect(cells[0]).toMatchObject({ labels: 4, referenceKind: 'reward' });
  expect(cells[0]!.raw.mean).not.toBe(0);
  const strip = readFileSync(join(out, 'plots/strip-hopper-backflip.svg'), 'utf8');
  expect(parseXml(strip)).toBe('svg');
  expect(strip.match(/stroke-linecap="round"/g)).toHaveLength(40); // 4 capsules, 10 pictures
});

test('[CLI-11] bad arguments: one line, exit code 2, nothing on stdout', async () => {
  const out = join(folder, 'bad');
  const cases = [
    [['--tasks', 'nowhere'], /tasks: is "nowhere"/],
    [['--presets', 'nope'], /presets: is "nope"/],
    [['--presets', 'hg-dagger', '--teachers', 'oracle'], /presets: hg-dagger learns nothing/],
    [['--teachers', 'nobody'], /is "nobody", allowed/],
    [['--queries', 'loud'], /is "loud", allowed/],
    [['--suite', 'none'], /none/],
    [['--suite', 'speed', '--tasks', 'reacher'], /tasks: --suite speed has no grid/],
    [['--seeds', '0'], /is "0", allowed/],
    [['--teach', 'scalar.mistake=0.1'], /teach.scalar: does not teach here, allowed preference/],
    [['--teach', 'preference.mistakes=0.1'], /teach.preference.mistakes: unknown, allowed beta/],
    [['--teach', 'preference.mistake=2'], /teach.preference.mistake: is 2, allowed 0 to 1/],
    [['--deterministic', '--backend', 'native'], /backend: is native, allowed onnx, wasm or cpu/],
  ] as const;
  for (const [args, message] of cases) {
    const { code, text, err } = await inProcess('bench', 'feedback', '--out', out, ...args);
    expect([code, text]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  }
  expect(existsSync(out)).toBe(false);
});

test('[CLI-11] a folder that another bench works in is refused', async () => {
  const out = join(folder, 'busy');
  const lock = lockFolder(out, { name: 'bench', flag: 'out' });
  const second = await finish(start(out, ...GRID, '--json'));
  lock.release();
  expect(second).toMatchObject({ code: 2, out: '' });
  expect(second.err).toContain(`out: ${out} is in use by another bench (process ${process.pid})`);
});

test('[CLI-11] a damaged line that is not the last is named', () => {
  const path = join(folder, 'damaged.jsonl');
  writeFileSync(path, '{"key":1}\n{}\n');
  expect(() => readRows(path)).toThrow(/line 1 is not a row/);
});
