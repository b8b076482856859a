/** Pages are built when they are missing or older than what they are made of. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** The server's page, and the one that plays a recorded session without a server. */
export type PageName = 'ui' | 'session';

/** Folders and files the pages are made of, relative to the repository. */
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
export function uiFolder(root: string, page: PageName = 'ui'): string {
  return join(root, 'dist', page);
}

/** True when the page is missing or older than its sources. */
export function uiIsStale(root: string, page: PageName = 'ui'): boolean {
  const built = statSync(join(uiFolder(root, page), 'index.html'), { throwIfNoEntry: false });
  if (!built) return true;
  return SOURCES.some((source) => newest(join(root, source)) > built.mtimeMs);
}

/** One line: Vite's own first line counts errors, what is wrong stands below it, in colours. */
export function buildFailure(error: unknown): string {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  const lines = text.split('\n').map((line) => line.trim());
  const why = lines.slice(1).find((line) => line !== '') ?? lines[0];
  return `page: it cannot be built: ${why}; where a package is missing, run npm ci`;
}

/** Builds the page where needed and returns its folder. @throws Error that says why the build fails. */
export async function ensureUi(options: {
  root: string;
  log: (line: string) => void;
  page?: PageName;
}): Promise<string> {
  const { root, log, page = 'ui' } = options;
  if (!existsSync(join(root, 'trainer-ui/index.html'))) {
    throw new Error(`page: ${join(root, 'trainer-ui/index.html')} is missing`);
  }
  if (uiIsStale(root, page)) {
    log('building the page');
    const { build } = await import('vite');
    const mode = page === 'ui' ? 'production' : page;
    try {
      await build({ configFile: join(root, 'vite.config.ts'), mode, logLevel: 'warn' });
    } catch (error) {
      throw new Error(buildFailure(error), { cause: error });
    }
  }
  return uiFolder(root, page);
}
