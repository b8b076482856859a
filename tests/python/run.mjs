/**
 * `npm run test:python [-- arguments of pytest]`: the Python package, beside the libraries it is for. Installs them
 * in environments of its own (node_modules/.cache/reins-python; some gigabytes, since torch has no smaller
 * package for Linux), again only when their list changes. REINS_PYTHON: the Python to make them with, 3.10 or newer.
 * The last line is `N passed, N failed`; the type check counts as a test.
 */
import { makeEnvironment } from './environments.mjs';
import { close, install, pytest, typecheck } from './suite.mjs';

const OTHER = ['--ignore=tests/older', '--ignore=tests/lerobot'];

const asked = process.argv.slice(2);
const main = makeEnvironment('test');
const older = asked.length === 0 ? makeEnvironment('older') : undefined;
install(main);
typecheck(main);
pytest(main, ...OTHER, ...asked);
if (older) {
  install(older);
  pytest(older, 'tests/older');
}
close();
