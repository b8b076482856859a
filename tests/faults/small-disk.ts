/**
 * A disk that can be filled: a tmpfs where one may be mounted (root, or `unshare -rm`), else a limit on what one
 * process may add to its files (`prlimit`, of Debian's util-linux), which every process may set for its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Whether it is a file system of its own. */
  readonly isMounted: boolean;
  /** Leaves about so many bytes, for the process `pid` where there is no file system of its own. */
  fill(bytes: number, pid?: number): void;
  empty(pid?: number): void;
  /** Bytes left. */
  free(): number;
  remove(): void;
}

/** `size` in MB. */
export function openSmallDisk(size: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'reins-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'none', path]);
  return mounted.status === 0 ? mountedDisk(path) : limitedDisk(path);
}

function mountedDisk(path: string): SmallDisk {
  const ballast = join(path, 'ballast');
  return {
    path,
    isMounted: true,
    fill(bytes) {
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, roomIn(path) - bytes)));
      } catch {} // somebody else took the last of it
    },
    empty: () => rmSync(ballast, { force: true }),
    free: () => roomIn(path),
    remove() {
      spawnSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Every file of the process may have so many bytes, be it old or new. */
function limitedDisk(path: string): SmallDisk {
  return {
    path,
    isMounted: false,
    fill: (bytes, pid) => limitFiles(pid, String(bytes)),
    empty: (pid) => limitFiles(pid, 'unlimited'),
    free: () => roomIn(path),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function roomIn(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** No file of a process may grow beyond so many bytes. Node is told of it as of a full disk. */
export function limitFiles(pid: number | undefined, bytes: string): void {
  const { status, stderr } = spawnSync('prlimit', [
    '--pid',
    `${pid}`,
    `--fsize=${bytes}:unlimited`,
  ]);
  if (status !== 0) throw new Error(`prlimit (package util-linux): ${stderr}`);
}
