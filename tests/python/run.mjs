/**
 * `npm run test:python [-- arguments of pytest]`: the Python package, beside the libraries it is for. Installs them
 * in environments of its own (node_modules/.cache/reins-python; some gigabytes, since torch has no smaller
 * package for Linux), again only when their list changes. REINS_PYTHON: the Python to make them with, 3.10 or newer.
 * The last line is `N passed, N failed`; the type check counts as a test.
 */
import { makeEnvironment } from './environments.mjs';
import { close, install, pytest, typecheck } from './suite.mjs';

/** Suites of which each has an environment to itself, because its packages do not agree with the others. */
const APART = ['older', 'tracking'];
const OTHER = [...APART, 'lerobot'].map((name) => `--ignore=tests/${name}`);

const asked = process.argv.slice(2);
const main = makeEnvironment('test');
const apart = asked.length === 0 ? APART.map((name) => [name, makeEnvironment(name)]) : [];
install(main);
typecheck(main);
// A test waits for a server or a command half of its time. A file's tests share what they start.
pytest(main, ...OTHER, '--numprocesses=2', '--dist=loadfile', ...asked);
for (const [name, environment] of apart) {
  install(environment);
  pytest(environment, `tests/${name}`);
}
close();
