/**
 * One server per data folder. The lock is an open exclusive transaction of an SQLite file: whichever
 * way the process ends, the operating system lets go of it, so that nothing stale can stay behind.
 */
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

export interface FolderLock {
  release(): void;
}

/** @throws RangeError naming the folder when it cannot be made or written, or is in use. */
export function lockFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RangeError(
      `data: ${folder} cannot be written (${code}): choose another folder with --data`,
    );
  }
  const owner = join(folder, 'server.pid');
  const lock = new Database(join(folder, 'server.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new RangeError(
      `data: ${folder} is in use by another server (process ${pidIn(owner)}): end it, or choose another folder with --data`,
    );
  }
  writeFileSync(owner, `${process.pid}\n`);
  return {
    release() {
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}

function pidIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
