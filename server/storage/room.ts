/** Whether a disk is full: engines and calls say it in several ways, and some call it an input/output error. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes that a disk must have left before a failure can have another reason. */
const LEAST_ROOM = 256 * 1024;

/** `error`: what failed on the file at `path`. */
export function isFull(path: string, error: unknown): boolean {
  if (/full|ENOSPC|no space/i.test(String(error))) return true;
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < LEAST_ROOM;
}
