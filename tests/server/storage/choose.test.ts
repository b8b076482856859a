/** Which run goes on: the one of the same content. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseRun } from '../../../server/storage/choose.ts';
import type { Run } from '../../../server/storage/contract.ts';
import { oldHashOf, type Wanted } from '../../../server/storage/identity.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { root } from '../../setup/sources.ts';

const VERSION = '0.1.0';
let folder = '';
let runs: Run[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-runs-'));
  runs = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let now = 0;
/** Starts a server, as far as its choice of a run goes. */
async function start(wanted: Wanted, runId?: string) {
  const { files, pathOptions } = getEnvironment(wanted.environment);
  const made = { files: await files?.(wanted.environmentOptions), pathOptions };
  const all = { ...wanted, ...made };
  const choice = await chooseRun({ listRuns: async () => runs }, all, VERSION, runId);
  if (choice.isNew) runs = [{ ...choice.record, createdAt: ++now }, ...runs];
  return choice;
}

const driving: Wanted = {
  environment: 'driving',
  environmentOptions: {},
  preset: 'reins',
  overrides: {},
};

test('[STORE-15] the same environment, options, preset and settings go on, in whatever order they are given', async () => {
  const wanted = { ...driving, overrides: { learner: { hidden: [8], batchSize: 4 }, queries: {} } };
  const first = await start({ ...wanted, environmentOptions: { map: 'SC', traffic: 'respawn' } });
  const other = { queries: {}, learner: { batchSize: 4, hidden: [8] } };
  const again = await start({
    ...wanted,
    environmentOptions: { traffic: 'respawn', map: 'SC' },
    overrides: other,
  });
  expect(again).toMatchObject({ isNew: false, record: { id: first.record.id } });
});

test('[STORE-15] another seed, preset, option or setting is another run, in words; going back finds the first', async () => {
  const first = await start({ ...driving, seed: 1 });
  const seven = await start({ ...driving, seed: 7 });
  expect(seven.words).toMatch(`not ${first.record.id}: seed was 1, now 7`);
  expect((await start({ ...driving, preset: 'pebble' })).words).toMatch(
    'preset was "reins", now "pebble"',
  );
  const map = await start({ ...driving, environmentOptions: { map: 'SX' } });
  expect(map.words).toMatch('option map was not given, now "SX"');
  expect(runs).toHaveLength(4);
  const back = await start({ ...driving, seed: 1 });
  expect(back.record.id).toBe(first.record.id);
  const newest = await start(driving); // no seed asked for
  expect(newest.record.id).toBe(seven.record.id);
  expect(newest.words).toBe(`run ${seven.record.id} goes on, the newest of 2 that match`);
});

const MODEL = (mass: number) => `<mujoco><include file="part.xml"/><worldbody>
  <body name="cart"><joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1" mass="${mass}"/></body>
</worldbody><actuator><motor joint="slide"/></actuator></mujoco>`;

test('[STORE-16] a model is its content: another spelling or place goes on, another file or task is another run', async () => {
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('robot.xml', MODEL(1));
  put('part.xml', '<mujoco><option timestep="0.002"/></mujoco>');
  const task = (reward: string) =>
    put('t.json', JSON.stringify({ observation: ['qpos', 'qvel'], reward: { r: reward } }));
  task('qvel[0]');
  const at = (path: string): Wanted => ({
    ...driving,
    environment: 'mjcf',
    environmentOptions: { mjcf: path, task: join(folder, 't.json') },
  });
  const first = await start(at(join(folder, 'robot.xml')));
  expect(first.record.identity!.files.map((f) => f.name).sort()).toEqual([
    'part.xml',
    'robot.xml',
    't.json',
  ]);
  const here = relative(process.cwd(), folder);
  for (const path of [`${folder}/./robot.xml`, `${here}/robot.xml`, join(folder, 'robot.xml')])
    expect((await start(at(path))).record.id, path).toBe(first.record.id);
  task('-qvel[0]');
  const changed = await start(at(join(folder, 'robot.xml')));
  expect(changed.words).toMatch(`not ${first.record.id}: file t.json has another content`);
  put('part.xml', '<mujoco><option timestep="0.001"/></mujoco>');
  expect((await start(at(join(folder, 'robot.xml')))).words).toMatch('file part.xml has another');
  put('part.xml', '<mujoco><option timestep="0.002"/></mujoco>');
  task('qvel[0]');
  expect((await start(at(join(folder, 'robot.xml')))).record.id).toBe(first.record.id);
});

test('[STORE-16] a task of TypeScript is what it imports, too: a changed file is another run, or a refusal that names it', async () => {
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('robot.xml', MODEL(1));
  put('part.xml', '<mujoco/>');
  put(
    't.ts',
    "import type { A } from './types.ts';\nexport { task as default } from './parts/task.ts';",
  );
  mkdirSync(join(folder, 'parts'));
  put(
    'parts/task.ts',
    "import numbers from './numbers.json' with { type: 'json' };\nexport const task: object = { horizon: numbers.horizon };",
  );
  const numbers = (horizon: number) => put('parts/numbers.json', JSON.stringify({ horizon }));
  numbers(7);
  const wanted: Wanted = {
    ...driving,
    environment: 'mjcf',
    environmentOptions: { mjcf: join(folder, 'robot.xml'), task: join(folder, 't.ts') },
  };
  const first = await start(wanted);
  const names = first.record.identity!.files.map((f) => f.name).sort();
  expect(names).toEqual(['numbers.json', 'part.xml', 'robot.xml', 't.ts', 'task.ts']);
  expect((await start(wanted)).record.id).toBe(first.record.id);
  numbers(8);
  const words = 'file numbers.json has another content';
  await expect(start(wanted, first.record.id)).rejects.toThrow(words);
  expect((await start(wanted)).words).toMatch(`not ${first.record.id}: ${words}`);
  put('t.ts', "export { default } from './gone.ts';");
  await expect(start(wanted)).rejects.toThrow(/^task: .*t\.ts: cannot be loaded: .*gone\.ts/);
});

test('[STORE-17] --run takes that run by id or name, and refuses one that is another, naming what differs', async () => {
  const { record } = await start({ ...driving, seed: 3 });
  await start({ ...driving, seed: 4 });
  runs = runs.map((run) => (run.id === record.id ? { ...run, name: 'first try' } : run));
  for (const id of [record.id, 'first try'])
    expect(await start(driving, id)).toMatchObject({ isNew: false, record: { id: record.id } });
  await expect(start({ ...driving, preset: 'pebble' }, record.id)).rejects.toThrow(
    `run: ${record.id} is another: preset was "reins", now "pebble"`,
  );
  await expect(start(driving, 'nope')).rejects.toThrow(/run: unknown id "nope", allowed run-/);
});

test('[STORE-10] runs of 8b405bc are found by the options they were started with', async () => {
  const archive = join(root, 'tests/fixtures/run-of-8b405bc.tar.gz');
  expect(spawnSync('tar', ['-xzf', archive, '-C', folder]).status).toBe(0);
  const storage = openStorage(folder);
  const wanted = { ...driving, environment: 'reacher', seed: 3 };
  const choice = await chooseRun(storage, wanted, VERSION);
  expect(choice).toMatchObject({ isNew: false, record: { id: 'run-5e02aa13' } });
  expect(choice.record.configHash).toBe(oldHashOf(wanted, VERSION));
  expect((await chooseRun(storage, { ...wanted, preset: 'pebble' }, VERSION)).words).toMatch(
    'not run-5e02aa13: preset was "reins", now "pebble"',
  );
  await storage.close();
});

test('[STORE-18] what is no database, is empty or cannot be written is named on one line with the way out', () => {
  const open = (name: string, make: (path: string) => void): string => {
    const data = join(folder, name);
    mkdirSync(data);
    make(join(data, 'reins.db'));
    try {
      openStorage(data);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return (error as Error).message;
    }
    return 'opened';
  };
  const garbage = open('garbage', (path) => writeFileSync(path, 'no database at all '.repeat(99)));
  expect(garbage).toMatch(/garbage\/reins\.db cannot be used \(.*not a database.*\): put a copy/);
  expect(open('empty', (path) => writeFileSync(path, ''))).toMatch(
    /empty\/reins\.db is empty: put a copy of it back, or remove it to begin anew/,
  );
  expect(open('folder', (path) => mkdirSync(path))).toMatch(/folder\/reins\.db cannot be used/);
  expect(garbage.split('\n')).toHaveLength(1);
  expect(open('new', () => {})).toBe('opened');
});
