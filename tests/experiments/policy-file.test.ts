import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PolicySnapshot } from '../../agent/contract.ts';
import {
  decodePolicy,
  encodePolicy,
  readPolicyFile,
  writePolicyFile,
} from '../../experiments/policy-file.ts';
import { createRandom } from '../../sim/random.ts';

function policy(options: { seed: number; d: number; k: number; normaliser: boolean }) {
  const { d, k } = options;
  const random = createRandom(options.seed);
  const floats = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const layers = [
    { inputs: d, outputs: 5, activation: 'relu' as const, weights: floats(5 * d), bias: floats(5) },
    {
      inputs: 5,
      outputs: k,
      activation: 'linear' as const,
      weights: floats(5 * k),
      bias: floats(k),
    },
  ];
  const snapshot: PolicySnapshot = {
    version: options.seed,
    layers,
    logStd: options.seed % 2 ? floats(k) : 'network',
    squash: 'tanh',
    actionSpace: { size: k, low: floats(k), high: floats(k) },
    ...(options.normaliser ? { normaliser: { mean: floats(d), invStd: floats(d), clip: 10 } } : {}),
  };
  return { environmentId: 'driving', observationSize: d, snapshot, meta: { preset: 'reins' } };
}

test('[CLI-6] a policy file holds the policy exactly', () => {
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.nat(1000), size, size, fc.boolean(), (seed, d, k, normaliser) => {
      const saved = policy({ seed, d, k, normaliser });
      expect(decodePolicy(encodePolicy(saved), 'file')).toEqual(saved);
    }),
  );
});

test('[CLI-6] also through the disk, in a folder that did not exist', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reins-policy-'));
  const path = join(folder, 'deep/er/a.policy');
  const saved = policy({ seed: 8, d: 7, k: 3, normaliser: true });
  writePolicyFile(path, saved);
  expect(readPolicyFile(path)).toEqual(saved);
  rmSync(folder, { recursive: true });
});

test('[CLI-6] a damaged file is refused by name, whatever is wrong with it', () => {
  const bytes = encodePolicy(policy({ seed: 3, d: 4, k: 2, normaliser: true }));
  expect(() => decodePolicy(bytes.slice(0, 3), 'a.policy')).toThrow('a.policy: is not a policy');
  expect(() => decodePolicy(bytes.slice(0, 40), 'a.policy')).toThrow('a.policy: ends inside');
  expect(() => decodePolicy(bytes.slice(0, -4), 'a.policy')).toThrow(/a\.policy: has \d+ bytes/);
  const scrambled = bytes.slice();
  scrambled.fill(0x20, 8, 20);
  expect(() => decodePolicy(scrambled, 'a.policy')).toThrow('a.policy: its header is damaged');
  expect(() => readPolicyFile('/nowhere/a.policy')).toThrow('/nowhere/a.policy: cannot be read');
});
