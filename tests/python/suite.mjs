/** Runs pytest in an environment and counts what it writes down. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fail, folder, must, root, source } from './environments.mjs';

const settings = {
  REINS_COMMAND: `"${process.execPath}" "${join(root, 'bin/reins.mjs')}"`,
  // A batch of a small network on several threads is slower, not faster.
  OMP_NUM_THREADS: '1',
};

let passed = 0;
let failed = 0;

function run(command, args) {
  // Programs that packages bring, such as netconvert, lie beside their Python.
  const PATH = [dirname(command), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...settings, PATH };
  const { status, error } = spawnSync(command, args, { cwd: source, stdio: 'inherit', env });
  if (error) fail(`${command}: ${error.message}`);
  return status ?? 1;
}

/** The package as a user installs it: built from the folder, not linked to it. */
export function install({ uv, python }) {
  const options = ['--no-deps', '--no-build-isolation', '--reinstall', '--quiet'];
  must(uv, ['pip', 'install', '--python', python, ...options, source]);
}

/** Counts as one test. */
export function typecheck({ python }) {
  if (run(python, ['-m', 'mypy']) === 0) passed++;
  else failed++;
}

/** A skipped test is a failed one. */
export function pytest({ python }, ...args) {
  const report = join(folder, 'report.xml');
  rmSync(report, { force: true });
  const status = run(python, ['-m', 'pytest', `--junitxml=${report}`, '--durations=10', ...args]);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const [suite = ''] = text.match(/<testsuite [^>]*>/) ?? [];
  const count = (name) => Number(suite.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
  const lost = count('failures') + count('errors') + count('skipped');
  passed += count('tests') - lost;
  failed += lost === 0 && status !== 0 ? 1 : lost;
}

/** Prints the last line and ends the process. */
export function close() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
