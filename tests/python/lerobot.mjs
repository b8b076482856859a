/**
 * `npm run test:lerobot`: LeRobot's own loader on what we export, whenever the exporter changes. It needs Python 3.12
 * (REINS_PYTHON names one), some gigabytes and some minutes, so it is no part of `npm run test:python`, which tries the
 * same demands on the files.
 */
import { makeEnvironment } from './environments.mjs';
import { close, install, pytest } from './suite.mjs';

const environment = makeEnvironment('lerobot', '3.12');
install(environment);
pytest(environment, 'tests/lerobot', ...process.argv.slice(2));
close();
