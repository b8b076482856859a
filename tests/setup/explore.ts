/**
 * `npm run test:properties [-- --times 10] [--first SEED]`: every file with properties, on cases that `npm test` does
 * not try. What fails is printed with the seed that finds it again, which goes into the property as an example.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './sources.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, first: { type: 'string' } },
});
const first = Number(values.first ?? Date.now() % 2 ** 31);

const files = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('tests', name))
  .filter((name) => /from 'fast-check'/.test(readFileSync(join(root, name), 'utf8')));

let failed = 0;
for (let seed = first; seed < first + Number(values.times); seed++) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status, stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'unit', ...files],
    { cwd: root, encoding: 'utf8', env: { ...process.env, REINS_PROPERTY_SEED: `${seed}` } },
  );
  if (status !== 0) {
    failed++;
    console.log(stdout);
  }
  console.log(`REINS_PROPERTY_SEED=${seed}: ${status === 0 ? 'passed' : 'failed'}`);
}
process.exitCode = failed === 0 ? 0 : 1;
