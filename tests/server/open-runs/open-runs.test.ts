/** Which runs may be open, and what is refused: without threads, with the real storage beneath. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForms } from '../../../server/forms/forms.ts';
import { newRunOf } from '../../../server/open-runs/new-run.ts';
import { OpenRunSet } from '../../../server/open-runs/open-runs.ts';
import { wantedOf } from '../../../server/open-runs/wanted.ts';
import type { Run, Storage } from '../../../server/storage/contract.ts';
import { hashOf, identityOf, placesOf } from '../../../server/storage/identity.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN } from '../../contracts/storage.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-open-'));
  storage = openStorage(folder);
  for (const id of ['first', 'a', 'b', 'c']) await storage.createRun({ ...RUN, id });
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

function createGate() {
  let openGate = () => {};
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  return { gate, openGate };
}

const silent = { info() {}, error() {} };

/** Runs without anything behind them: what was started, and what was closed. */
function openSet(most = 2, start?: (run: Run) => Promise<void>) {
  const closed: string[] = [];
  const set = new OpenRunSet({
    ...{ most, first: 'first', storage, log: silent as never },
    async create({ environment }) {
      if (environment === 'nowhere') throw new RangeError('environment: is "nowhere"');
      return { ...RUN, id: 'new', environmentId: environment };
    },
    async start(run: Run, isNew) {
      await start?.(run);
      if (isNew) await storage.createRun(run);
      return { id: run.id, close: async () => void closed.push(run.id) };
    },
  });
  return { set, closed };
}

const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { status: number }) => `${error.status} ${error.message}`,
  );
const audited = async () =>
  (await storage.readAudit(0, 100))
    .map(({ body }) => JSON.parse(body))
    .filter(({ action }) => action === 'run.opened' || action === 'run.stopped')
    .map(({ action, actor, objectId }) => `${action} ${objectId} by ${actor}`);

test('[RUNS-2] as many are open as may be, each once, and the audit log says who opened and stopped them', async () => {
  const { set, closed } = openSet();
  await set.open('a', 'P-1');
  expect(await refused(set.open('a', 'P-1'))).toMatch(/^409 run a is open here already/);
  expect(await refused(set.open('first', 'P-1'))).toMatch(/^409 run first is open/);
  expect(await refused(set.open('nobody', 'P-1'))).toMatch(/^404 run nobody: unknown/);
  await set.open('b', 'P-2');
  expect(await refused(set.open('c', 'P-1'))).toMatch(/^409 open runs: are 2, .*--open-runs/);
  expect(await refused(set.stop('first', 'P-1'))).toMatch(/^409 .* ends with it/);
  expect(await refused(set.stop('c', 'P-1'))).toMatch(/^409 run c is not open here/);
  await set.stop('a', 'P-2');
  expect(set.find('a')).toBeUndefined();
  expect(set.find('b')).toMatchObject({ id: 'b' });
  await set.open('c', 'P-1');
  expect(set.list()).toEqual([
    { id: 'b', state: 'open' },
    { id: 'c', state: 'open' },
  ]);
  await set.close();
  expect(closed.sort()).toEqual(['a', 'b', 'c']);
  expect(await audited()).toEqual([
    'run.opened a by P-1',
    'run.opened b by P-2',
    'run.stopped a by P-2',
    'run.opened c by P-1',
  ]);
  expect(await refused(openSet(0).set.open('a', 'P-1'))).toMatch(/^403 .*--open-runs N/);
});

test('[RUNS-2] of two who press at once one is refused; what cannot start leaves its place', async () => {
  const { gate, openGate } = createGate();
  const waits = openSet(1, () => gate).set;
  const first = waits.open('a', 'P-1');
  expect(waits.list()).toEqual([{ id: 'a', state: 'opening' }]);
  expect(waits.find('a')).toBeUndefined();
  expect(await refused(waits.open('a', 'P-2'))).toMatch(/^409 run a is open here already/);
  expect(await refused(waits.open('b', 'P-2'))).toMatch(/^409 open runs: are 1/);
  expect(await refused(waits.stop('a', 'P-2'))).toMatch(/^409 .*\(opening\)/);
  openGate();
  await first;
  await waits.close();

  const fails = openSet(1, async () => Promise.reject(new RangeError('task: reach.json is gone')));
  expect(await refused(fails.set.open('a', 'P-1'))).toBe('409 task: reach.json is gone');
  expect(fails.set.list()).toEqual([]);
  expect(await audited()).toEqual(['run.opened a by P-1']);
});

test('[RUNS-2] a server that ends while a run is being opened ends that too', async () => {
  const { gate, openGate } = createGate();
  const { set, closed } = openSet(2, () => gate);
  const opening = set.open('a', 'P-1');
  const ending = set.close();
  expect(await refused(set.open('b', 'P-1'))).toMatch(/^409 the server is ending/);
  openGate();
  await Promise.all([opening, ending]);
  expect(closed).toEqual(['a']);
  expect(set.list()).toEqual([]);
});

const ASKED = { environment: 'reacher', preset: 'reins', seed: 4, settings: {} };

test('[RUNS-8] a run begins and is open at once where there is room; what is refused leaves no run behind', async () => {
  const { set, closed } = openSet(1);
  expect(await refused(set.begin({ ...ASKED, environment: 'nowhere' }, 'P-1'))).toBe(
    '400 environment: is "nowhere"',
  );
  expect(set.list()).toEqual([]);
  expect(await set.begin(ASKED, 'P-1')).toBe('new');
  expect(set.find('new')).toMatchObject({ id: 'new' });
  expect(await refused(set.begin(ASKED, 'P-1'))).toMatch(/^409 open runs: are 1, .*--open-runs/);
  expect(await refused(openSet(0).set.begin(ASKED, 'P-1'))).toMatch(/^403 .*--open-runs N/);
  await set.close();
  expect(closed).toEqual(['new']);
  expect(await audited()).toEqual(['run.opened new by P-1']);

  const fails = openSet(1, async () => Promise.reject(new RangeError('horizon: is 0')));
  await storage.createRun({ ...RUN, id: 'old' });
  const before = (await storage.listRuns()).length;
  expect(await refused(fails.set.begin(ASKED, 'P-1'))).toBe('409 horizon: is 0');
  expect([fails.set.list(), (await storage.listRuns()).length]).toEqual([[], before]);
});

test('[RUNS-8] a form makes the run that serve makes of the same options, and names what it does not take', async () => {
  const forms = await createForms()();
  const settings = { 'learner.gamma': '0.97', 'reward.hidden': '64,64' };
  const run = await newRunOf({ ...ASKED, settings }, forms, 9);
  const overrides = { learner: { gamma: 0.97 }, reward: { hidden: [64, 64] } };
  const served = identityOf({ ...REACHER, overrides });
  expect(run).toMatchObject({ environmentId: 'reacher', preset: 'reins', seed: 4, createdAt: 9 });
  expect([run.identity, run.configHash]).toEqual([served, hashOf(served)]);
  expect(await wantedOf(run)).toMatchObject({ environment: 'reacher', overrides, seed: 4 });
  const no = (more: object) => refused(newRunOf({ ...ASKED, ...more }, forms, 9));
  expect(await no({ environment: 'moon' })).toMatch(/environment: is "moon", allowed .*reacher/);
  expect(await no({ preset: 'none' })).toMatch(/preset: is "none", allowed .*reins/);
  expect(await no({ settings: { 'learner.gama': '1' } })).toMatch(/settings.learner.gama: unknown/);
  expect(await no({ settings: { 'reward.hidden': '[64' } })).toMatch(
    /settings.reward.hidden: is "\[64", expected JSON/,
  );
  const road = { environment: 'driving', settings: { 'options.road': '/etc/passwd' } };
  expect(await no(road)).toMatch(/settings.options.road: is a path, .*reins serve --env driving/);
});

const REACHER = {
  environment: 'reacher',
  environmentOptions: {},
  preset: 'reins',
  overrides: { learner: { gamma: 0.97 } },
};
const reacher = (more: Partial<Run> = {}): Run => {
  const identity = identityOf(REACHER);
  const { environment: environmentId, preset } = REACHER;
  return { ...RUN, environmentId, preset, identity, configHash: hashOf(identity), ...more };
};

test('[RUNS-3] a run is opened as it was begun; one that is another now is refused, with the way out', async () => {
  expect(await wantedOf(reacher())).toMatchObject({ ...REACHER, seed: RUN.seed });
  const asked = (run: Run) => refused(wantedOf(run));
  expect(await asked(RUN)).toMatch(/is of an earlier version.*reins serve --run run-1/);
  expect(await asked(reacher({ configHash: 'f' }))).toMatch(/run: run-1 is another now/);
  const policy = { name: 'good.policy', hash: 'f' };
  const identity = { ...identityOf(REACHER), policy };
  expect(await asked(reacher({ identity }))).toMatch(/serve --policy good.policy --run run-1/);
  const python = { ...identityOf(REACHER), environment: 'gymnasium' };
  expect(await asked(reacher({ identity: python }))).toMatch(/an environment of Python/);
});

test('[RUNS-3] files that a run is made of are looked at: gone, or of another content', async () => {
  const road = join(folder, 'town.net.xml');
  writeFileSync(road, '<net/>');
  const options = { environmentOptions: { road }, files: [road], pathOptions: ['road'] };
  const wanted = { ...REACHER, environment: 'driving', overrides: {}, ...options };
  const identity = identityOf(wanted);
  const places = placesOf(wanted)!;
  const run = reacher({ identity, places, configHash: hashOf(identity) });
  expect(await wantedOf(run)).toMatchObject({ environmentOptions: { road }, files: [road] });
  writeFileSync(road, '<net version="2"/>');
  expect(await refused(wantedOf(run))).toMatch(/file town.net.xml has another content/);
  rmSync(road);
  expect(await refused(wantedOf(run))).toMatch(/^undefined road: .*town.net.xml, .* is gone/);
});
