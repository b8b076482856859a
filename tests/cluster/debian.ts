/** Servers out of Debian's packages. */
import { spawnSync } from 'node:child_process';

export const isRoot = process.getuid?.() === 0;

/**
 * @param packages of Debian, separated by spaces
 * @param find where it is, if it is there
 * @throws Error with the way out where it cannot be installed
 */
export function install(name: string, packages: string, find: () => string | undefined): string {
  const wayOut = `install ${name} (on Debian: apt-get install ${packages})`;
  if (!isRoot) throw new Error(`test:cluster needs ${name}: ${wayOut}`);
  const installing = ['install', '-y', '--no-install-recommends', ...packages.split(' ')];
  for (const args of [['update'], installing]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', args, { stdio: 'inherit', env });
  }
  const found = find();
  if (!found) throw new Error(`test:cluster needs ${name}, and apt-get has not: ${wayOut}`);
  return found;
}
