/** The page is built when it is missing or older than what it is made of. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders and files the page is made of, relative to the repository. */
const SOURCES = ['trainer-ui', 'server/protocol', 'vite.config.ts', 'package-lock.json'];

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  let latest = 0;
  for (const name of readdirSync(path)) latest = Math.max(latest, newest(join(path, name)));
  return latest;
}

/** Folder of the built page. */
export function uiFolder(root: string): string {
  return join(root, 'dist/ui');
}

/** True when the page is missing or older than its sources. */
export function uiIsStale(root: string): boolean {
  const built = statSync(join(uiFolder(root), 'index.html'), { throwIfNoEntry: false });
  if (!built) return true;
  return SOURCES.some((source) => newest(join(root, source)) > built.mtimeMs);
}

/** Builds the page where needed and returns its folder. @throws Error when the build fails. */
export async function ensureUi(options: {
  root: string;
  log: (line: string) => void;
}): Promise<string> {
  const { root, log } = options;
  if (!existsSync(join(root, 'trainer-ui/index.html'))) {
    throw new Error(`page: ${join(root, 'trainer-ui/index.html')} is missing`);
  }
  if (uiIsStale(root)) {
    log('building the page');
    const { build } = await import('vite');
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  }
  return uiFolder(root);
}
