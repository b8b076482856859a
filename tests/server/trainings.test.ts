/** Trainings as children of a server: started, refused, stopped, gone on with, branched, and ended with it. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createForms } from '../../server/forms/forms.ts';
import type { Training, TrainingWanted } from '../../server/protocol/index.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import type { Trainings } from '../../server/trainings/contract.ts';
import { createTrainings } from '../../server/trainings/trainings.ts';
import { lastWords, wordsOf } from '../../server/trainings/words.ts';
import { inProcess } from '../cli/in-process.ts';
import { until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'reins-trainings-'));
const forms = createForms();
const command = [process.execPath, join(root, 'bin/reins.mjs')];
const open = () => createTrainings({ dataDir, most: 1, command, forms });
let trainings: Trainings;
beforeAll(() => {
  trainings = open();
});
afterAll(async () => {
  await trainings.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const WANTED: TrainingWanted = {
  ...{ environment: 'reacher', preset: 'rlpd', teacher: 'none' },
  ...{ steps: 40_000, labels: 0, seed: 3 }, // figures every 400 steps
  settings: { 'learner.gamma': '0.97', 'learner.batchSize': '32' },
};
const find = (name: string) => trainings.list().find((training) => training.name === name)!;
const folderOf = (name: string) => trainings.folders().find(({ key }) => key === name)!.folder;
const ended = (name: string) =>
  until('its end', () => !['running', 'stopping'].includes(find(name).state) && find(name));

/** Newest figures of the one run in a training's folder; -1: there is none yet. */
async function steps(name: string): Promise<number> {
  if (!existsSync(join(folderOf(name), 'reins.db'))) return -1;
  const storage = openStorage(folderOf(name));
  try {
    const [run] = await storage.listRuns();
    if (!run) return -1;
    return (await storage.readMetrics(run.id, 0, 1)).at(-1)?.environmentSteps ?? 0;
  } finally {
    await storage.close();
  }
}
const refused = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .then(
      () => 'done',
      (error: Error & { status: number }) => `${error.status} ${error.message}`,
    );

test('[UI-67] a training runs, stops saved, goes on and is branched; as many as may run at once', async () => {
  const { name } = await trainings.start(WANTED);
  expect(await refused(() => trainings.start(WANTED))).toMatch(/^409 1 of 1 trainings run already/);
  await until('its steps', async () => (await steps(name)) > 100);
  expect(await refused(() => trainings.goOn(name))).toMatch(/^409 .* runs: stop it before/);
  expect(await refused(() => trainings.branch(name, WANTED))).toMatch(/^409 .* runs: stop it/);
  expect(trainings.stop(name).state).toBe('stopping');
  expect((await ended(name)).state).toBe('stopped');
  const stoppedAt = await steps(name);

  trainings.goOn(name);
  await until('more steps', async () => (await steps(name)) > stoppedAt);
  trainings.stop(name);
  expect((await ended(name)).state).toBe('stopped');
  const before = await steps(name);

  const less = { steps: 5, labels: 0 };
  expect(await refused(() => trainings.branch(name, less))).toMatch(
    /^400 branch: asks for 5 steps/,
  );
  const branch = await trainings.branch(name, { steps: 80_000, labels: 0 });
  expect(branch).toMatchObject({ branchOf: name, wanted: { steps: 80_000, seed: 3 } });
  await until('its own steps', async () => (await steps(branch.name)) > before);
  expect(await steps(name)).toBe(before);

  // The end of the server: it is saved, and another server knows of both.
  await trainings.close();
  trainings = open();
  expect(trainings.list().map((each) => [each.name, each.state])).toEqual([
    [branch.name, 'stopped'],
    [name, 'stopped'],
  ]);
});

test('[UI-67] what a child refuses is told in its words', async () => {
  const { name } = await trainings.start({ ...WANTED, settings: { 'learner.gamma': '7' } });
  expect(await ended(name)).toMatchObject({ state: 'failed' });
  expect(find(name).said).toMatch(/learner\.gamma.*7/);
});

test.each<[string, Partial<TrainingWanted>]>([
  ['400 environment: is "nowhere", allowed ', { environment: 'nowhere' }],
  ['400 preset: is "../x", allowed ', { preset: '../x' }],
  ['400 teacher: is "expert.policy", allowed override', { teacher: 'expert.policy' }],
  ['400 settings.learner.nothing: unknown for reacher', { settings: { 'learner.nothing': '1' } }],
  ['400 settings.learner.gamma.x: unknown', { settings: { 'learner.gamma.x': '1' } }],
  [
    '400 settings.options.road: is a path',
    { environment: 'driving', settings: { 'options.road': '/etc' } },
  ],
  [
    '400 settings.options.mjcf: is a path',
    { environment: 'mjcf', settings: { 'options.mjcf': 'a' } },
  ],
])('[UI-68] refused before anything starts: %s', async (words, change) => {
  const before = readdirSync(join(dataDir, 'trainings'));
  expect(await refused(() => trainings.start({ ...WANTED, ...change }))).toContain(words);
  expect(readdirSync(join(dataDir, 'trainings'))).toEqual(before);
});

test('[UI-68] a name is looked up, never a path; and a server may start none', async () => {
  expect(await refused(() => trainings.stop('../../etc'))).toMatch(/^404 training: unknown name/);
  const none = createTrainings({ dataDir, most: 0, command, forms });
  expect(await refused(() => none.start(WANTED))).toMatch(/^403 this server starts no trainings/);
});

test('[UI-68] each setting is one word behind its flag, whatever is in it', async () => {
  const settings = { 'learner.gamma': '$(id); --out /tmp/x' };
  expect(wordsOf({ ...WANTED, settings }, await forms()).slice(-2)).toEqual([
    '--set',
    'learner.gamma=$(id); --out /tmp/x',
  ]);
});

test('[UI-67] of what a child says the error counts, else the last line', () => {
  expect(lastWords('a note\nerror: steps: is 0\nmore\n')).toBe('steps: is 0');
  expect(lastWords('one\n\ntwo\n')).toBe('two');
  expect(lastWords('')).toBeUndefined();
});

test('[UI-67] a training whose server was killed saves and ends', async () => {
  const data = join(dataDir, 'alone');
  const words = ['--env', 'reacher', '--preset', 'rlpd', '--teacher', 'none', '--steps', '40000'];
  const args = [command[1]!, 'train', ...words, '--data', data, '--end-with-input'];
  const child = spawn(command[0]!, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  await until('its run', () => existsSync(join(data, 'reins.db')));
  await until('steps', async () => {
    const storage = openStorage(data);
    const [run] = await storage.listRuns();
    const points = run ? await storage.readMetrics(run.id, 0, 1) : [];
    await storage.close();
    return points.length > 0;
  });
  child.stdin.destroy(); // as the end of its parent closes it
  expect(await end).toBe(143);
  expect(said).toContain('go on with reins train');
});

test('[UI-67] a training that is done says so, and where its policy goes on', async () => {
  const { name } = await trainings.start({ ...WANTED, steps: 60, settings: {} });
  const done: Training = await ended(name);
  expect(done).toMatchObject({ state: 'done' });
  const words = /^409 .* has made all its steps and left a policy: reins train --policy/;
  expect(await refused(() => trainings.goOn(name))).toMatch(words);
  expect(await refused(() => trainings.branch(name, { steps: 120, labels: 0 }))).toMatch(words);
  const { code, err } = await inProcess(
    ...['train', '--data', folderOf(name), '--resume', '--steps', '120', '--labels', '0'],
  );
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/steps: is 120, but .* has come to its end after 60/),
  ]);
});
