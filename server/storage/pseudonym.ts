/** What stands for a person who was erased: a keyed hash of their id. */
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY_FILE = 'subject-key';

/**
 * One for all that the person said, so that it still counts as one person's; another one for somebody who comes back
 * under the same id and is erased again. Whoever has the key file can test whether a hash is that of an id they know;
 * without it nobody can.
 */
export function pseudonymOf(folder: string, teacherId: string, erasureId: string): string {
  const text = JSON.stringify([erasureId, teacherId]);
  const hash = createHmac('sha256', keyOf(folder)).update(text).digest('hex');
  return `E-${hash.slice(0, 16)}`;
}

/** Made when first needed; nobody but its owner may read it. */
function keyOf(folder: string): Buffer {
  const path = join(folder, KEY_FILE);
  if (existsSync(path)) return Buffer.from(readFileSync(path, 'utf8'), 'base64');
  const key = randomBytes(32);
  writeFileSync(path, key.toString('base64'), { mode: 0o600 });
  return key;
}
