import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPolicy } from '../../agent/acting/policy.ts';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { createRandom } from '../../sim/random.ts';
import { root } from '../setup/sources.ts';
import { inProcess } from './in-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-export-onnx-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('[CLI-42] a policy file becomes a model that acts alike', async () => {
  const file = join(root, 'weights/driving.policy');
  const { snapshot, observationSize: d } = readPolicyFile(file);
  const out = join(folder, 'policy.onnx');
  const { code, text } = await inProcess(
    'export',
    'policy',
    '--policy',
    file,
    '--out',
    out,
    '--json',
  );
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({
    out,
    inputs: `observation (rows, ${d})`,
    bytes: readFileSync(out).length,
  });
  const session = await InferenceSession.create(out);
  const observation = new Float32Array(d).map((_, i) => Math.sin(i));
  const { action } = await session.run({
    observation: new Tensor('float32', observation, [1, d]),
  });
  const expected = new Float32Array(snapshot.actionSpace.size);
  createPolicy(snapshot, createRandom(1)).act(observation, expected, 'mean');
  for (let j = 0; j < expected.length; j++)
    expect((action!.data as Float32Array)[j]).toBeCloseTo(expected[j]!, 5);
  // The text of the metadata, as any ONNX tool shows it.
  expect(readFileSync(out, 'latin1')).toContain('driving');
});

it('[CLI-42] a run’s policy and reward model become models', async () => {
  const archive = join(root, 'tests/fixtures/run-of-8b405bc.tar.gz');
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  expect(unpacked.status, unpacked.stderr).toBe(0);
  for (const [model, outputs] of [
    ['policy', ['action']],
    ['reward', ['reward', 'disagreement']],
  ] as const) {
    const out = join(folder, `${model}.onnx`);
    const { code, err } = await inProcess('export', model, '--data', folder, '--out', out);
    expect(code, err).toBe(0);
    const session = await InferenceSession.create(out);
    expect(session.outputNames).toEqual(expect.arrayContaining([...outputs]));
  }
});

it('[CLI-42] what cannot be exported is said', async () => {
  const nothing = await inProcess('export', 'reward', '--data', folder);
  expect(nothing.code).toBe(2);
  expect(nothing.err).toContain('has no database');
  const format = await inProcess('export', 'policy', '--format', 'pickle');
  expect(format.code).toBe(2);
  expect(format.err).toContain('Allowed choices are onnx, safetensors, npz');
});
