/** `node --import tsx tests/cli/act-odd.ts FOLDER`: the odd policies as files, 10,000 observations, and what they do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPolicy } from '../../agent/acting/policy.ts';
import { writePolicyFile } from '../../experiments/policy-file.ts';
import { createRandom } from '../../sim/random.ts';
import { D, K, KINDS, oddPolicy } from './odd-policies.ts';

const ROWS = 10_000;
const folder = process.argv[2]!;
mkdirSync(folder, { recursive: true });
const random = createRandom(4);
const observations = Float32Array.from({ length: ROWS * D }, () => 2 * random.normal());
writeFileSync(join(folder, 'observations.f32'), observations);
for (const kind of KINDS) {
  const name = kind.replaceAll(' ', '-');
  const snapshot = oddPolicy(kind);
  writePolicyFile(join(folder, `${name}.policy`), {
    ...{ environmentId: 'odd', observationSize: D, snapshot, meta: {} },
  });
  const policy = createPolicy(snapshot, createRandom(1));
  const actions = new Float32Array(ROWS * K);
  for (let i = 0; i < ROWS; i++)
    policy.act(
      observations.subarray(i * D, (i + 1) * D),
      actions.subarray(i * K, (i + 1) * K),
      'mean',
    );
  writeFileSync(join(folder, `${name}.f32`), actions);
}
