import { expect, test } from 'vitest';
import { meanPolicy } from '../../../agent/acting/mean-policy.ts';
import { createPolicy } from '../../../agent/acting/policy.ts';
import type { PolicySnapshot } from '../../../agent/contract.ts';
import { createRandom } from '../../../sim/random.ts';

const numbers = (n: number, seed: number) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: n }, () => random.normal());
};
const actionSpace = { size: 2, low: Float32Array.of(-1, -2), high: Float32Array.of(1, 3) };

/** Three observations, four hidden units, two actions. */
function snapshotOf(logStd: PolicySnapshot['logStd']): PolicySnapshot {
  const outputs = logStd === 'network' ? 4 : 2;
  return {
    version: 7,
    layers: [
      { inputs: 3, outputs: 4, activation: 'tanh', weights: numbers(12, 1), bias: numbers(4, 2) },
      {
        ...{ inputs: 4, outputs, activation: 'linear' },
        ...{ weights: numbers(4 * outputs, 3), bias: numbers(outputs, 4) },
      },
    ],
    logStd,
    squash: 'tanh',
    actionSpace,
  };
}

test.each<[string, PolicySnapshot['logStd']]>([
  ['fixed', Float32Array.of(0, 0.5)],
  ['from the network', 'network'],
  ['none', 'deterministic'],
])(
  '[CLI-70] noise that is %s: a sample of the mean policy is the mean of the policy',
  (_, logStd) => {
    const snapshot = snapshotOf(logStd);
    const noisy = createPolicy(snapshot, createRandom(5));
    const still = createPolicy(meanPolicy(snapshot), createRandom(6));
    const [expected, acted] = [new Float32Array(2), new Float32Array(2)];
    for (let seed = 10; seed < 30; seed++) {
      const observation = numbers(3, seed);
      noisy.act(observation, expected, 'mean');
      still.act(observation, acted, 'sample');
      expect(acted[0]).toBeCloseTo(expected[0]!, 5);
      expect(acted[1]).toBeCloseTo(expected[1]!, 5);
    }
    expect(still.version).toBe(7);
  },
);
