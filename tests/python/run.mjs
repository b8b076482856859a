/**
 * `npm run test:python [-- arguments of pytest]`: the Python package, beside the libraries it is for. Installs them
 * in environments of its own (node_modules/.cache/reins-python; some gigabytes, since torch has no smaller
 * package for Linux), again only when their list changes. REINS_PYTHON: the Python to make them with, 3.10 or newer.
 * The last line is `N passed, N failed`; the type check counts as a test, and a skipped test as a failed one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail, folder, makeEnvironment, must, root, source } from './environments.mjs';

/** The package as a user installs it: built from the folder, not linked to it. */
function install({ uv, python }) {
  const options = ['--no-deps', '--no-build-isolation', '--reinstall', '--quiet'];
  must(uv, ['pip', 'install', '--python', python, ...options, source]);
}

const settings = {
  REINS_COMMAND: `"${process.execPath}" "${join(root, 'bin/reins.mjs')}"`,
  // A batch of a small network on several threads is slower, not faster.
  OMP_NUM_THREADS: '1',
};

function run(command, args) {
  const env = { ...process.env, ...settings };
  const { status, error } = spawnSync(command, args, { cwd: source, stdio: 'inherit', env });
  if (error) fail(`${command}: ${error.message}`);
  return status ?? 1;
}

let passed = 0;
let failed = 0;

function typecheck({ python }) {
  if (run(python, ['-m', 'mypy']) === 0) passed++;
  else failed++;
}

/** Counts what pytest writes down, not what it says. */
function pytest({ python }, ...args) {
  const report = join(folder, 'report.xml');
  rmSync(report, { force: true });
  const status = run(python, ['-m', 'pytest', `--junitxml=${report}`, '--durations=10', ...args]);
  const suite = existsSync(report)
    ? readFileSync(report, 'utf8').match(/<testsuite [^>]*>/)?.[0]
    : '';
  const count = (name) => Number(suite?.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
  const lost = count('failures') + count('errors') + count('skipped');
  passed += count('tests') - lost;
  failed += lost > 0 || status === 0 ? lost : 1;
}

const asked = process.argv.slice(2);
const main = makeEnvironment('test');
const old = asked.length === 0 ? makeEnvironment('older') : undefined;
install(main);
typecheck(main);
pytest(main, '--ignore=tests/older', ...asked);
if (old) {
  install(old);
  pytest(old, 'tests/older');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
