/** Files of a data folder that cannot be used, and what a killed process left. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweep } from '../../../server/storage/folders.ts';
import { lockFolder } from '../../../server/storage/lock.ts';
import { isFull } from '../../../server/storage/room.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN } from '../../contracts/storage.ts';
import { recordEpisode } from '../run/episode.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-refusals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
  return 'accepted';
}

test('[STORE-18] a lock that is none is named with the way out; an empty one is what locks are', () => {
  const lock = join(folder, 'server.lock');
  const held = lockFolder(folder);
  expect(statSync(lock).size).toBe(0);
  expect(refusal(() => lockFolder(folder))).toMatch(/in use by another server \(process \d+\)/);
  held.release();
  lockFolder(folder).release();
  writeFileSync(lock, 'no lock at all '.repeat(99));
  expect(refusal(() => lockFolder(folder))).toMatch(
    /^data: .*server\.lock cannot be used as a lock \(.*not a database.*\): remove it where no server runs/,
  );
  rmSync(lock);
  mkdirSync(lock);
  expect(refusal(() => lockFolder(folder))).toMatch(/server\.lock cannot be used as a lock/);
});

test('[STORE-18] a database that takes nothing is named before the server starts', async () => {
  const path = join(folder, 'reins.db');
  const storage = openStorage(folder);
  await expect(storage.expectRoom()).resolves.toBeUndefined();
  await storage.close();
  const log = new Database(path);
  log.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  log.close();
  // A file whose write version is unknown is read-only to SQLite, whoever opens it.
  const bytes = readFileSync(path);
  bytes[18] = 9;
  writeFileSync(path, bytes);
  const sealed = openStorage(folder);
  expect(await sealed.listRuns()).toEqual([]);
  const error = await sealed.expectRoom().catch((e: Error) => e);
  expect(error).toBeInstanceOf(RangeError);
  expect(String(error)).toMatch(/reins\.db cannot be used \(.*readonly.*\): make it writable, or/);
  await sealed.close();
});

test('[STORE-18] a full disk is known by what is said and by what is left', () => {
  for (const said of ['database or disk is full', 'ENOSPC: no space left on device, write'])
    expect(isFull(folder, new Error(said))).toBe(true);
  expect(isFull(folder, new Error('file is not a database'))).toBe(false);
});

test('[STORE-21] half-written files of a killed process are removed, whole ones stay', async () => {
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 8), { live: true });
  await storage.close();
  writeFileSync(join(folder, 'episodes/e2.episode.tmp'), 'half');
  writeFileSync(join(folder, 'checkpoints/run-1.checkpoint.tmp'), 'half');
  expect(sweep(folder).sort()).toEqual(['e2.episode.tmp', 'run-1.checkpoint.tmp']);
  expect(readdirSync(join(folder, 'episodes'))).toEqual(['e1.episode']);
  expect(readdirSync(join(folder, 'checkpoints'))).toEqual([]);
  expect(sweep(folder)).toEqual([]);
});
