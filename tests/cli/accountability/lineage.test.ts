/** `reins lineage` and `GET /api/lineage` say the same of a run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { openDoor } from '../../server/connection/door.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-lineage-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  for (const id of ['f1', 'f2', 'f3']) await storage.appendFeedback(rewardFeedback(id));
  const published = { version: 5, applied: ['f2'], unused: ['f1'], isFirst: true, time: 0 };
  await storage.notePublished(RUN.id, published);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const lineage = async (...args: string[]) =>
  (await inProcess('lineage', '--data', folder, ...args)).text;

test('[LINE-2] reins lineage lists policies, what is in one, and where a piece of feedback is', async () => {
  const text = await lineage();
  expect(text).toMatch(/1 of 3 pieces of feedback are in a policy; in none:/);
  expect(text).toMatch(/1 the preset learns nothing from this kind/);
  expect(text).toMatch(/1 the next policies will have it/);
  expect(text).toMatch(/\n5 +1970-01-01 00:00 +1 +1 +2–2/);
  expect(await lineage('--policy', '5')).toBe('f2\n');
  expect(await lineage('--feedback', 'f2')).toBe('first in policy 5\n');
  expect(await lineage('--feedback', 'f3')).toBe('in no policy: the next policies will have it\n');
  const unknown = await inProcess('lineage', '--data', folder, '--feedback', 'f9');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/f9 is not in run-1/)]);
});

test('[LINE-2] over HTTP it is the same', async () => {
  const door = await openDoor({ storage, run: { run: RUN } });
  const get = async (path: string) => (await fetch(`${door.url}/api/lineage${path}`)).json();
  const { unusedFeedback, run, ...same } = JSON.parse(await lineage('--json'));
  expect([run, unusedFeedback.length]).toEqual([RUN.id, 2]);
  expect(await get('')).toEqual(same);
  expect(await get('/versions/5')).toMatchObject({ feedback: ['f2'], excluded: [] });
  expect(await get('/versions/4')).toMatchObject({ feedback: [] });
  expect(await get('/feedback/f2')).toMatchObject({ version: 5 });
  expect(await get('/feedback/f9')).toEqual({ message: 'feedback: f9 is not in this run' });
  await door.close();
});
