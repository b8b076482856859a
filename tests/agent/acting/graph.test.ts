import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { policyGraph } from '../../../agent/acting/graph.ts';
import { createPlainNetwork } from '../../../agent/acting/network.ts';
import { createPolicy } from '../../../agent/acting/policy.ts';
import type { Activation, Layer, PolicySnapshot } from '../../../agent/contract.ts';
import { encodeOnnx } from '../../../agent/graphs/onnx.ts';
import { boundLogStd } from '../../../agent/nn/gaussian.ts';
import { createRandom, type Random } from '../../../sim/random.ts';

const ROWS = 10_000;
const d = 17;
const k = 3;

function layersOf(sizes: readonly number[], activation: Activation, random: Random): Layer[] {
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l]!;
    const bound = Math.sqrt(3 / inputs);
    return {
      inputs,
      outputs,
      activation: l < sizes.length - 2 ? activation : 'linear',
      weights: new Float32Array(inputs * outputs).map(() => random.uniform(-bound, bound)),
      bias: new Float32Array(outputs).map(() => random.uniform(-0.5, 0.5)),
    };
  });
}

function snapshots(random: Random): [name: string, snapshot: PolicySnapshot][] {
  const low = Float32Array.of(-1, 0, -2);
  const actionSpace = { size: k, low, high: Float32Array.of(1, 3, 2) };
  const normaliser = {
    mean: new Float32Array(d).map(() => random.uniform(-1, 1)),
    invStd: new Float32Array(d).map(() => random.uniform(0.5, 4)),
    clip: 5,
  };
  const base = { version: 3, actionSpace };
  return [
    [
      'squashed, deviations by the network',
      {
        ...base,
        layers: layersOf([d, 256, 256, 2 * k], 'relu', random),
        logStd: 'network',
        normaliser,
        squash: 'tanh',
      },
    ],
    [
      'clipped, deviations of its own',
      {
        ...base,
        layers: layersOf([d, 64, 64, k], 'tanh', random),
        logStd: Float32Array.of(-1, 0, 1),
        squash: 'none',
      },
    ],
    [
      'without noise',
      {
        ...base,
        layers: layersOf([d, 9, k], 'leaky-relu', random),
        logStd: 'deterministic',
        normaliser,
        squash: 'none',
      },
    ],
  ];
}

describe('a policy as an ONNX file', () => {
  it.each(snapshots(createRandom(4)))(
    '[CLI-40] acts as the policy itself: %s',
    async (_name, snapshot) => {
      const session = await InferenceSession.create(encodeOnnx(policyGraph(snapshot)));
      const random = createRandom(9);
      const observations = new Float32Array(ROWS * d).map(() => random.uniform(-4, 4));
      const feeds = { observation: new Tensor('float32', observations, [ROWS, d]) };
      const results = await session.run(feeds);
      const actions = results.action!.data as Float32Array;
      expect(results.action!.dims).toEqual([ROWS, k]);
      const policy = createPolicy(snapshot, random, createPlainNetwork);
      const out = new Float32Array(k);
      let largest = 0;
      const seen = new Set<number>();
      for (let i = 0; i < ROWS; i++) {
        policy.act(observations.subarray(i * d, (i + 1) * d), out, 'mean');
        for (let j = 0; j < k; j++)
          largest = Math.max(largest, Math.abs(out[j]! - actions[i * k + j]!));
        seen.add(out[0]!);
      }
      expect(largest).toBeLessThan(1e-5);
      expect(seen.size).toBeGreaterThan(ROWS / 4);
      expect(session.outputNames).toEqual(
        snapshot.logStd === 'deterministic' ? ['action'] : ['action', 'mean', 'logStd'],
      );
      await session.release();
    },
  );

  it('[CLI-40] gives mean and deviations before the squash', async () => {
    const [[, network], [, own]] = snapshots(createRandom(4)) as [
      [string, PolicySnapshot],
      [string, PolicySnapshot],
    ];
    const observation = new Float32Array(d).fill(0.3);
    const feeds = { observation: new Tensor('float32', observation, [1, d]) };
    const session = await InferenceSession.create(encodeOnnx(policyGraph(network)));
    const { mean, logStd } = await session.run(feeds);
    const plain = createPlainNetwork(network.layers);
    const { normaliser } = network;
    plain.input.set(observation.map((x, i) => (x - normaliser!.mean[i]!) * normaliser!.invStd[i]!));
    const outputs = plain.run();
    for (let j = 0; j < k; j++) {
      expect((mean!.data as Float32Array)[j]).toBeCloseTo(outputs[j]!, 5);
      expect((logStd!.data as Float32Array)[j]).toBeCloseTo(boundLogStd(outputs[k + j]!), 5);
    }
    const other = await InferenceSession.create(encodeOnnx(policyGraph(own)));
    const results = await other.run(feeds);
    expect([...(results.logStd!.data as Float32Array)]).toEqual([-1, 0, 1]);
  });
});
