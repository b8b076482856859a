import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../contracts/storage.ts';
import { recordEpisode } from '../server/run/episode.ts';

let folder = '';
let stdout = '';
let stderr = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-runs-'));
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  await storage.createRun({ ...RUN, id: 'run-2', createdAt: 2 });
  await storage.putEpisode(recordEpisode('e1', 4), { live: true }); // of run-1
  await storage.appendFeedback(rewardFeedback('f1'));
  const checkpoint = { meta: {}, arrays: { w: Float32Array.of(1) } };
  await storage.putCheckpoint(RUN.id, { checkpoint, feedbackSequence: 1, savedAt: 1 });
  await storage.close();
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const runs = (...args: string[]) => main(['runs', ...args, '--data', folder]);
const ids = async () => {
  stdout = '';
  expect(await runs('list', '--json')).toBe(0);
  const { runs: list } = JSON.parse(stdout) as { runs: { id: string; name: string | null }[] };
  return list.map((run) => `${run.id} ${run.name}`);
};

test('[CLI-30] runs lists, renames and deletes the runs of a folder', async () => {
  expect(await ids()).toEqual(['run-2 null', 'run-1 null']);
  expect(await runs('rename', 'run-1', 'first try')).toBe(0);
  expect(await ids()).toEqual(['run-2 null', 'run-1 first try']);
  expect(await runs('delete', 'first try')).toBe(2);
  expect(stderr).toBe(
    'error: yes: is not given; run-1 with 1 answers and 1 episodes goes for good with --yes\n',
  );
  expect(await ids()).toHaveLength(2);
  expect(await runs('delete', 'first try', '--yes')).toBe(0);
  expect(await ids()).toEqual(['run-2 null']);
  for (const part of ['episodes', 'checkpoints'])
    expect(readdirSync(join(folder, part))).toEqual([]);
  const storage = openStorage(folder);
  expect(await storage.readFeedback(RUN.id, 0)).toEqual([]);
  await storage.close();
});

test('[CLI-30] an unknown run is refused with those that there are', async () => {
  expect(await runs('delete', 'nope', '--yes')).toBe(2);
  expect(stderr).toBe('error: run: unknown id "nope", allowed run-2, run-1\n');
});
