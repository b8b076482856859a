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
pytest(main, ...OTHER, ...asked);
for (const [name, environment] of apart) {
  install(environment);
  pytest(environment, `tests/${name}`);
}
close();
