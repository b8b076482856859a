/**
 * `npm run test:python [-- arguments of pytest]`: the Python package, beside the libraries it is for. Installs them
 * in environments of its own (node_modules/.cache/reins-python; some gigabytes, since torch has no smaller
 * package for Linux), again only when their list changes. REINS_PYTHON: the Python to make them with, 3.10 or newer.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules/.cache/reins-python');
const source = join(root, 'python');
const binaries = process.platform === 'win32' ? 'Scripts' : 'bin';

/** Says in a sentence what is missing, instead of a stack trace. */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: source,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) fail(`${command}: ${error.message}`);
  return status ?? 1;
}

function must(command, args) {
  if (run(command, args) !== 0) fail(`failed: ${command} ${args.join(' ')}`);
}

/** @returns the first Python that is new enough */
function findPython() {
  const given = process.env.REINS_PYTHON;
  const isNew = 'import sys, venv; sys.exit(sys.version_info < (3, 10))';
  const found = (given ? [given] : ['python3', 'python']).find(
    (name) => spawnSync(name, ['-c', isNew]).status === 0,
  );
  return (
    found ??
    fail(
      'test:python needs Python 3.10 or newer with venv: install it, or name it in REINS_PYTHON.',
    )
  );
}

/**
 * @param name of the environment, and of its requirements-NAME.txt
 * @param below another environment whose packages it also sees, under its own
 * @returns its Python
 */
function environment(name, below) {
  const home = join(folder, name);
  const python = join(home, binaries, 'python');
  const list = join(source, `requirements-${name}.txt`);
  const wanted = createHash('sha256')
    .update(readFileSync(list))
    .update(below ? readFileSync(join(folder, below, 'installed')) : '')
    .digest('hex');
  const stamp = join(home, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log(`installing ${list}`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(dirname(home), { recursive: true });
  must(findPython(), ['-m', 'venv', home]);
  if (below)
    writeFileSync(
      join(packages(python), 'below.pth'),
      packages(join(folder, below, binaries, 'python')),
    );
  must(python, ['-m', 'pip', 'install', '--quiet', '--requirement', list]);
  writeFileSync(stamp, wanted);
  return python;
}

function packages(python) {
  const code = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  return spawnSync(python, ['-c', code], { encoding: 'utf8' }).stdout.trim();
}

/** The package as a user installs it: built from the folder, not linked to it. */
function install(python) {
  const options = ['--quiet', '--no-deps', '--no-build-isolation', '--force-reinstall'];
  must(python, ['-m', 'pip', 'install', ...options, source]);
}

const settings = {
  REINS_COMMAND: `"${process.execPath}" "${join(root, 'bin/reins.mjs')}"`,
  // A batch of a small network on several threads is slower, not faster.
  OMP_NUM_THREADS: '1',
};
const asked = process.argv.slice(2);
const main = environment('test');
install(main);
let failures = run(main, ['-m', 'mypy']);
failures += run(main, ['-m', 'pytest', '--ignore=tests/imitation', ...asked], settings);
if (asked.length === 0) {
  const old = environment('imitation', 'test');
  install(old);
  failures += run(old, ['-m', 'pytest', 'tests/imitation'], settings);
}
process.exit(failures === 0 ? 0 : 1);
