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
/** What to say of each that failed. */
const failures = [];

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
  else failures.push('mypy');
}

/** A skipped test is a failed one. */
export function pytest({ python }, ...args) {
  const report = join(folder, 'report.xml');
  rmSync(report, { force: true });
  const status = run(python, ['-m', 'pytest', `--junitxml=${report}`, '--durations=10', ...args]);
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const tests = text.split('<testcase ').slice(1);
  const lost = tests.flatMap((test) => failureOf(test) ?? []);
  passed += tests.length - lost.length;
  failures.push(...lost);
  if (lost.length === 0 && status !== 0) failures.push(`pytest ${args.join(' ')}`);
}

/** @returns what to say of a `<testcase>` of a report, unless it passed */
function failureOf(test) {
  const why = test.match(/<(?:failure|error|skipped) [^>]*?message="([^"]*)"/);
  if (!why) return undefined;
  const attribute = (name) => test.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? '';
  const name = `${attribute('classname')}.${attribute(' name')}`;
  return plain(`${name}: ${why[1].split('&#10;')[0]}`).slice(0, 300);
}

const ENTITIES = { quot: '"', lt: '<', gt: '>', apos: "'", amp: '&' };
const plain = (text) => text.replace(/&(quot|lt|gt|apos|amp);/g, (_, name) => ENTITIES[name]);

/** Says what failed, prints the last line and ends the process. */
export function close() {
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
}
