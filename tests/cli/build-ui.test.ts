/** A small page of its own in a temporary folder, built by the real Vite. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from 'vite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureUi, uiFolder, uiIsStale } from '../../cli/build-ui.ts';
import { root as projectRoot } from '../setup/sources.ts';

let root = '';
let lines: string[] = [];
const ensure = () => ensureUi({ root, log: (line) => lines.push(line) });
const built = () => join(uiFolder(root), 'index.html');

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Last changed so many seconds after the page was built. */
function touch(path: string, seconds: number): void {
  const at = statSync(built()).mtimeMs / 1000 + seconds;
  utimesSync(join(root, path), at, at);
}

beforeEach(() => {
  lines = [];
  root = mkdtempSync(join(tmpdir(), 'reins-ui-'));
  const config = `{ root: import.meta.dirname + '/trainer-ui', build: { outDir: '../dist/ui', emptyOutDir: true } }`;
  write('vite.config.ts', `export default ${config};`);
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', '{}');
  write('server/protocol/version.ts', 'export const version = 1;');
  write('trainer-ui/live/view.ts', `document.title = 'first';`);
  write(
    'trainer-ui/index.html',
    '<!doctype html><title>page</title><script type="module" src="/live/view.ts"></script>',
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('[CLI-8] a page that is missing is built; one that is as new as its sources is left alone', async () => {
  expect(uiIsStale(root)).toBe(true);
  expect(await ensure()).toBe(uiFolder(root));
  expect(lines).toEqual(['building the page']);
  expect(readFileSync(built(), 'utf8')).toContain('<title>page</title>');
  const { mtimeMs } = statSync(built());
  expect(uiIsStale(root)).toBe(false);
  expect(await ensure()).toBe(uiFolder(root));
  expect(lines).toHaveLength(1);
  expect(statSync(built()).mtimeMs).toBe(mtimeMs);
});

test.each([
  'trainer-ui/live/view.ts',
  'trainer-ui/index.html',
  'server/protocol/version.ts',
  'vite.config.ts',
  'package-lock.json',
])('[CLI-8] a page older than %s is built again', async (source) => {
  await ensure();
  touch(source, -60);
  expect(uiIsStale(root)).toBe(false);
  write('trainer-ui/live/view.ts', `document.title = 'second';`);
  touch('trainer-ui/live/view.ts', -60);
  touch(source, 60);
  expect(uiIsStale(root)).toBe(true);
  await ensure();
  expect(lines).toHaveLength(2);
  const script = /src="([^"]+)"/.exec(readFileSync(built(), 'utf8'))![1]!;
  expect(readFileSync(join(uiFolder(root), script), 'utf8')).toContain('second');
});

test('[CLI-8] without its sources the page cannot be built, and the message says what is missing', async () => {
  rmSync(join(root, 'trainer-ui'), { recursive: true });
  await expect(ensure()).rejects.toThrow(/^page: .*trainer-ui.index\.html is missing$/);
});

test.each(['production', 'session'])(
  '[SETUP-3] the page of mode %s is built for production whatever NODE_ENV is',
  async (mode) => {
    const { NODE_ENV } = process.env;
    try {
      process.env.NODE_ENV = 'development';
      const configFile = join(projectRoot, 'vite.config.ts');
      const { isProduction } = await resolveConfig({ configFile }, 'build', mode);
      expect(isProduction).toBe(true);
    } finally {
      process.env.NODE_ENV = NODE_ENV;
    }
  },
);

test('[SETUP-4] what cannot be built is told in one line, with the reason and the way out', async () => {
  write('trainer-ui/live/view.ts', `import 'no-such-package';`);
  await expect(ensure()).rejects.toThrow(
    /^page: it cannot be built: [^\n]*no-such-package[^\n]*, run npm ci$/,
  );
});
