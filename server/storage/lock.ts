/**
 * One server per data folder, one bench per folder of rows. The lock is an open exclusive transaction of an
 * SQLite file, which stays empty: whichever way the process ends, the operating system lets go of it, so that
 * nothing stale can stay behind.
 */
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { isFull } from './room.ts';

export interface FolderLock {
  release(): void;
}

/** Who works in a folder, and the flag that chose it. */
export interface FolderUser {
  readonly name: string;
  readonly flag: string;
}

const SERVER: FolderUser = { name: 'server', flag: 'data' };

/** @throws RangeError naming the folder when it cannot be made or written, or is in use. */
export function lockFolder(folder: string, { name, flag }: FolderUser = SERVER): FolderLock {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RangeError(
      `${flag}: ${folder} cannot be written (${code}): choose another folder with --${flag}`,
    );
  }
  const owner = join(folder, `${name}.pid`);
  const path = join(folder, `${name}.lock`);
  let lock: Database.Database | undefined;
  try {
    lock = new Database(path);
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (!/locked|busy/i.test(String(error))) {
      const wayOut = isFull(path, error)
        ? 'make room on its disk'
        : `remove it where no ${name} runs, or choose another folder with --${flag}`;
      throw new RangeError(
        `${flag}: ${path} cannot be used as a lock (${(error as Error).message}): ${wayOut}`,
      );
    }
    throw new RangeError(
      `${flag}: ${folder} is in use by another ${name} (process ${pidIn(owner)}): end it, or choose another folder with --${flag}`,
    );
  }
  const held = lock;
  tellOwner(owner);
  return {
    release() {
      held.exec('ROLLBACK');
      held.close();
    },
  };
}

/** For the words of a refusal alone: a full disk is no reason not to start. */
function tellOwner(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch {}
}

function pidIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
