/** Runs over HTTP, with a second folder that is only looked into. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { watchFolders } from '../../../server/storage/watched.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-runs-'));
const own = join(folder, 'own');
const other = join(folder, 'other');
const later = join(folder, 'later');
const watched = watchFolders([other, later]);
let storage: Storage;
let others: Storage;
let door: Door;
beforeAll(async () => {
  storage = openStorage(own);
  others = openStorage(other);
  await storage.createRun(RUN);
  await others.createRun({ ...RUN, id: 'run-2', createdAt: 2 });
  await storage.appendFeedback(rewardFeedback('f1'));
  const point = {
    time: 5,
    environmentSteps: 10,
    learnerUpdates: 1,
    values: { 'episode/return': 3 },
  };
  await others.appendMetrics('run-2', point);
  door = await openDoor({ storage, watched });
});
afterAll(async () => {
  await door.close();
  await watched.close();
  await storage.close();
  await others.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path: string) => fetch(`${door.url}${path}`);
const change = (id: string, body: object) =>
  fetch(`${door.url}/api/runs/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('[UI-52] runs of the own folder and of those watched are listed, newest first, with their newest figures', async () => {
  const rows = (await (await get('/api/runs')).json()) as object[];
  expect(rows).toMatchObject([
    { id: 'run-2', folder: other, isServed: false, last: { environmentSteps: 10 } },
    { id: 'run-1', isServed: true, answers: 1, last: null },
  ]);
  expect(rows[1]).not.toHaveProperty('folder');
  const points = (await (await get('/api/runs/run-2/metrics')).json()) as object[];
  expect(points).toMatchObject([{ values: { 'episode/return': 3 } }]);
  expect((await get('/api/runs/run-9/metrics')).status).toBe(404);
  // A folder that gets its database later is seen from then on.
  const third = openStorage(later);
  await third.createRun({ ...RUN, id: 'run-3', createdAt: 3 });
  const now = (await (await get('/api/runs')).json()) as { id: string }[];
  expect(now.map(({ id }) => id)).toEqual(['run-3', 'run-2', 'run-1']);
  await third.close();
});

test('[UI-52] names and notes are kept and audited; what is only looked into is not written', async () => {
  expect((await change('run-1', { name: 'first' })).status).toBe(200);
  expect((await change('run-1', { notes: 'It learns.' })).status).toBe(200);
  expect(await storage.listRuns()).toMatchObject([{ name: 'first', notes: 'It learns.' }]);
  const audit = (await storage.readAudit(0, 100)).map(({ body }) => JSON.parse(body).action);
  expect(audit.slice(-2)).toEqual(['run.renamed', 'run.noted']);
  expect((await change('run-1', {})).status).toBe(400);
  expect((await change('run-1', { seed: 3 })).status).toBe(400);
  const refused = await change('run-2', { name: 'mine' });
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain(`--data ${other}`);
  expect((await others.listRuns())[0]).not.toHaveProperty('name');
});

test('[UI-53] a run goes out as its figures, its feedback and what it is made of', async () => {
  const csv = await get('/api/runs/run-2/files/metrics.csv');
  expect(csv.headers.get('content-disposition')).toContain('run-2-metrics.csv');
  expect(await csv.text()).toBe('time,environmentSteps,learnerUpdates,episode/return\n5,10,1,3\n');
  const lines = (await (await get('/api/runs/run-1/files/feedback.jsonl')).text()).trim();
  expect(lines.split('\n').map((line) => JSON.parse(line))).toEqual([rewardFeedback('f1')]);
  const config = await (await get('/api/runs/run-1/files/config.json')).json();
  expect(config).toMatchObject({ id: 'run-1', environmentId: RUN.environmentId });
  expect((await get('/api/runs/run-1/files/other')).status).toBe(400);
});
