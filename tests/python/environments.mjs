/**
 * Python environments for tests, each made of a list `python/requirements-NAME.txt` and again when that changes. uv
 * installs them: it downloads at once what pip downloads in turn, and two environments share the files of a package.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const source = join(root, 'python');
export const folder = join(root, 'node_modules/.cache/reins-python');

const UV = 'uv==0.13.8';
const binaries = process.platform === 'win32' ? 'Scripts' : 'bin';

/** Says in a sentence what is missing, instead of a stack trace. */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

export function must(command, args) {
  const env = { ...process.env, UV_PYTHON_DOWNLOADS: 'never' };
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error || status !== 0) fail(`failed: ${command} ${args.join(' ')} ${error?.message ?? ''}`);
}

/**
 * @param name of the environment, and of its requirements-NAME.txt
 * @param oldest Python that its packages run on, such as `3.10`
 * @returns its uv and its Python
 */
export function makeEnvironment(name, oldest = '3.10') {
  const home = join(folder, name);
  const python = join(home, binaries, 'python');
  const list = join(source, `requirements-${name}.txt`);
  const stamp = join(home, 'installed');
  const wanted = createHash('sha256').update(UV).update(readFileSync(list)).digest('hex');
  const uv = installer();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { uv, python };
  console.log(`installing ${list}`);
  const start = performance.now();
  rmSync(home, { recursive: true, force: true });
  must(uv, ['venv', '--quiet', '--python', findPython(oldest), home]);
  must(uv, ['pip', 'install', '--quiet', '--python', python, '--requirements', list]);
  writeFileSync(stamp, wanted);
  console.log(`installed in ${Math.round((performance.now() - start) / 1000)} s`);
  return { uv, python };
}

/** uv, in an environment of its own. */
function installer() {
  const home = join(folder, UV.replace('==', '-'));
  const uv = join(home, binaries, 'uv');
  if (existsSync(uv)) return uv;
  mkdirSync(folder, { recursive: true });
  must(findPython('3.10'), ['-m', 'venv', '--clear', home]);
  must(join(home, binaries, 'python'), ['-m', 'pip', 'install', '--quiet', UV]);
  return uv;
}

/** @returns the first Python that is new enough */
function findPython(oldest) {
  const given = process.env.REINS_PYTHON;
  const isNew = `import sys, venv; sys.exit(sys.version_info < (${oldest.replace('.', ', ')}))`;
  const newer = ['python3.12', 'python3.13', 'python3.14'];
  const found = (given ? [given] : ['python3', 'python', ...newer]).find(
    (name) => spawnSync(name, ['-c', isNew]).status === 0,
  );
  return (
    found ??
    fail(`This needs Python ${oldest} or newer with venv: install it, or name it in REINS_PYTHON.`)
  );
}
