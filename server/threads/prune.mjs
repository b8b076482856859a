/** Keeps a folder of compiled code small: what was used least recently goes first. */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Room for about ten versions of everything, bytes. */
const MOST_BYTES = 64e6;
/** What another process may be about to import, seconds since its last use. */
const IN_USE = 3600;

/** Notes that a file is used now; where this user may not, its age stays. */
export function touch(path) {
  try {
    const now = Date.now() / 1000;
    utimesSync(path, now, now);
  } catch {}
}

/**
 * Removes the least recently used files until the rest fits in `mostBytes`; those used in the last hour stay.
 * @param {string} folder without folders in it
 * @param {number} [mostBytes]
 */
export function prune(folder, mostBytes = MOST_BYTES) {
  const files = readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false }); // another process may prune too
    return stat?.isFile() ? [{ path, bytes: stat.size, usedAt: stat.mtimeMs }] : [];
  });
  files.sort((a, b) => b.usedAt - a.usedAt);
  const old = Date.now() - IN_USE * 1000;
  let kept = 0;
  for (const { path, bytes, usedAt } of files) {
    kept += bytes;
    if (kept > mostBytes && usedAt < old) rmSync(path, { force: true });
  }
}
