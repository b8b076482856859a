import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPlainNetwork } from '../../agent/acting/network.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import { importSb3 } from '../../cli/import-sb3.ts';
import { readTorch } from '../../cli/torch-pickle.ts';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { createRandom } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';
import { root } from '../setup/sources.ts';
import { inProcess } from './in-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-policies-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const zip = (name: string) => join(root, `tests/fixtures/sb3/${name}.zip`);
const FILE = join(root, 'weights/driving.policy');

test.each(['ppo', 'sac', 'td3'])(
  '[CLI-62] a policy of Stable-Baselines3 (%s) acts as it does there',
  (name) => {
    const expected = JSON.parse(
      readFileSync(join(root, 'tests/fixtures/sb3/expected.json'), 'utf8'),
    ) as Record<string, number[][]>;
    const snapshot = importSb3(zip(name), 3, box(-2, 2, { size: 1 }));
    const policy = createPolicy(snapshot, createRandom(1), createPlainNetwork);
    const out = new Float32Array(1);
    for (const [i, observation] of expected.observations!.entries()) {
      policy.act(Float32Array.from(observation), out, 'mean');
      expect(Math.abs(out[0]! - expected[name]![i]![0]!)).toBeLessThan(1e-5);
    }
  },
);

test('[CLI-62] what is no such policy is refused in words, and nothing in a pickle is run', () => {
  const space = box(-2, 2, { size: 1 });
  expect(() => importSb3(zip('ppo'), 4, space)).toThrow('takes 3 observations and gives 1 actions');
  expect(() => importSb3(FILE, 3, space)).toThrow('is no policy of Stable-Baselines3');
  const { 'policy.pth': weights } = unzipSync(readFileSync(zip('ppo')));
  const files = unzipSync(weights!);
  const pickle = Object.keys(files).find((name) => name.endsWith('data.pkl'))!;
  const text = Buffer.from(files[pickle]!).toString('latin1');
  expect(text).toContain('ccollections\nOrderedDict\n');
  const evil = text.replace('ccollections\nOrderedDict\n', 'cposix\nsystem\n');
  const bytes = zipSync({ ...files, [pickle]: Buffer.from(evil, 'latin1') });
  expect(() => readTorch(bytes)).toThrow('asks for posix.system, allowed float32 weights');
});

test('[CLI-62] the command refuses what does not fit the environment, with both sizes', async () => {
  const out = join(folder, 'out.policy');
  const refused = await inProcess('import', 'policy', zip('ppo'), '--env', 'driving', '--out', out);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('takes 3 observations');
  expect((await inProcess('import', 'policy', '--help')).code).toBe(0);
});

test('[CLI-61] safetensors and npz hold the numbers, their shapes, and what they do not say', async () => {
  const { snapshot } = readPolicyFile(FILE);
  const [first] = snapshot.layers;
  const exported = async (format: string) => {
    const out = join(folder, `policy.${format}`);
    const args = ['export', 'policy', '--policy', FILE, '--format', format, '--out', out, '--json'];
    const { code, err } = await inProcess(...args);
    expect(code, err).toBe(0);
    return readFileSync(out);
  };
  const safe = await exported('safetensors');
  const start = 8 + Number(safe.readBigUInt64LE(0));
  expect(start % 8).toBe(0);
  const header = JSON.parse(safe.subarray(8, start).toString());
  const { dtype, shape, data_offsets } = header['layers.0.weight'];
  expect([dtype, ...shape]).toEqual(['F32', first!.inputs, first!.outputs]);
  const floats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer);
  expect(floats(safe.subarray(start + data_offsets[0], start + data_offsets[1]))).toEqual(
    first!.weights,
  );
  expect(header.__metadata__).toMatchObject({
    squash: snapshot.squash,
    activations: snapshot.layers.map((layer) => layer.activation).join(','),
  });
  const npz = unzipSync(await exported('npz'));
  const array = npz['layers.0.weight.npy']!;
  const length = array[8]! + 256 * array[9]!;
  expect((10 + length) % 64).toBe(0);
  expect(strFromU8(array.subarray(1, 6))).toBe('NUMPY');
  expect(strFromU8(array.subarray(10, 10 + length))).toContain(
    `'shape': (${first!.inputs}, ${first!.outputs},)`,
  );
  expect(floats(array.subarray(10 + length))).toEqual(first!.weights);
});
