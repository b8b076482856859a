import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Checkpoints } from '../../../server/learner/checkpoints.ts';
import { draftCheckpoint } from '../../../server/storage/checkpoint-files.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';

let folder = '';
let storage: Storage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-checkpoints-'));
  storage = openStorage(folder);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});
const files = () => readdirSync(join(folder, 'checkpoints')).sort();

/** As the learner's thread writes it. */
function write(draft: string, n: number) {
  const arrays = { w: new Float32Array(1000).fill(n) };
  draftCheckpoint(draft, { checkpoint: { meta: {}, arrays }, feedbackSequence: n, savedAt: n });
  return { type: 'checkpoint', draft, bytes: 4000, error: undefined } as const;
}

test('[STORE-28] a checkpoint that the disk refuses says how much room a new one takes', async () => {
  const checkpoints = new Checkpoints('run', storage);
  const heard: (string | undefined)[] = [];
  const hear = (error: Error | undefined) => void heard.push(error?.message);
  const refused = 'ENOSPC: no space left on device, write';
  const draft = checkpoints.ask();
  checkpoints.adopt({ type: 'checkpoint', draft, bytes: 2_800_000, error: refused }, hear);
  await checkpoints.written;
  checkpoints.adopt(write(checkpoints.ask(), 1), hear);
  await checkpoints.written;
  expect(heard).toEqual([
    `${refused} (a new one takes 3 MB beside the two that are kept)`,
    undefined,
  ]);
  expect(checkpoints.isWriting).toBe(false);
});

test('[MEM-10] a draft counts once it is adopted; the one before it is kept', async () => {
  const checkpoints = new Checkpoints('run', storage);
  const done = (error: Error | undefined) => expect(error).toBeUndefined();
  for (const n of [1, 2, 3]) {
    const event = write(checkpoints.ask(), n);
    expect((await checkpoints.load())?.savedAt).toBe(n === 1 ? undefined : n - 1);
    checkpoints.adopt(event, done);
    await checkpoints.written;
    expect((await checkpoints.load())?.checkpoint.arrays.w).toEqual(new Float32Array(1000).fill(n));
  }
  expect(files()).toEqual(['run.checkpoint', 'run.checkpoint.previous']);
});

test('[MEM-10] drafts do not share a name: one that is late harms none', async () => {
  const checkpoints = new Checkpoints('run', storage);
  const [first, second] = [checkpoints.ask(), checkpoints.ask()];
  expect(checkpoints.isWriting).toBe(true);
  const done = (error: Error | undefined) => expect(error).toBeUndefined();
  checkpoints.adopt(write(first, 1), done);
  checkpoints.adopt(write(second, 2), done);
  await checkpoints.written;
  expect((await checkpoints.load())?.savedAt).toBe(2);
});

test('[MEM-10] what a thread that died was asked for is removed, and its owner no longer waits for it', async () => {
  const checkpoints = new Checkpoints('run', storage);
  const draft = checkpoints.ask();
  write(draft, 1);
  expect(existsSync(draft)).toBe(true);
  checkpoints.abandon();
  expect(checkpoints.isWriting).toBe(false);
  expect(files()).toEqual([]);
});
