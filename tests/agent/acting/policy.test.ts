import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Layer, PolicySnapshot } from '../../../agent/contract.ts';
import { createRandom } from '../../../sim/random.ts';

const layer = (inputs: number, outputs: number, weights: number[], bias: number[]): Layer => ({
  inputs,
  outputs,
  activation: 'linear',
  weights: Float32Array.from(weights),
  bias: Float32Array.from(bias),
});

const actionSpace = { size: 1, low: Float32Array.of(-1), high: Float32Array.of(3) };
const snapshot: PolicySnapshot = {
  version: 4,
  layers: [layer(2, 1, [1, 2], [0.5])],
  logStd: 'deterministic',
  squash: 'none',
  actionSpace,
};

describe('acting from a snapshot', () => {
  const out = new Float32Array(1);
  const at = (s: PolicySnapshot, mode: 'mean' | 'sample' = 'mean', x = [0.25, 0.5]) => {
    createPolicy(s, createRandom(1)).act(Float32Array.from(x), out, mode);
    return out[0]!;
  };

  it('[LEARN-80] mean, clipping, squashing and normalisation by hand', () => {
    expect(at(snapshot)).toBeCloseTo(0.25 + 1 + 0.5, 6);
    expect(at(snapshot, 'mean', [9, 9])).toBe(3);
    expect(at({ ...snapshot, squash: 'tanh' })).toBeCloseTo(1 + 2 * Math.tanh(1.75), 6);
    const mean = Float32Array.of(0.25, 0);
    const normaliser = { mean, invStd: Float32Array.of(1, 100), clip: 5 };
    expect(at({ ...snapshot, normaliser }, 'mean', [0.25, -0.5])).toBe(-1); // 2 · clip(−50) + ½
    expect(at({ ...snapshot, normaliser }, 'mean', [0.35, 0])).toBeCloseTo(0.6, 5);
  });

  it('[LEARN-81] samples have the standard deviation they should, fixed or from the network', () => {
    const wide = { ...actionSpace, low: Float32Array.of(-100), high: Float32Array.of(100) };
    const fixed = { ...snapshot, actionSpace: wide, logStd: Float32Array.of(Math.log(2)) };
    // Raw 0 is the middle of [−5, 2]: log σ = −1.5.
    const layers = [layer(2, 2, [1, 0, 2, 0], [0.5, 0])];
    const network: PolicySnapshot = { ...snapshot, actionSpace: wide, layers, logStd: 'network' };
    for (const [s, std] of [
      [fixed, 2],
      [network, Math.exp(-1.5)],
    ] as const) {
      const policy = createPolicy(s, createRandom(3));
      let sum = 0;
      let squares = 0;
      const n = 20_000;
      for (let i = 0; i < n; i++) {
        policy.act(Float32Array.of(0.25, 0.5), out, 'sample');
        sum += out[0]!;
        squares += out[0]! ** 2;
      }
      const mean = sum / n;
      expect(Math.abs(mean - 1.75)).toBeLessThan(0.05);
      expect(Math.sqrt(squares / n - mean * mean) / std).toBeCloseTo(1, 1);
    }
  });

  it('[LEARN-82] takes a new snapshot, also of another shape', () => {
    const policy = createPolicy(snapshot, createRandom(1));
    policy.setSnapshot({
      ...snapshot,
      version: 9,
      layers: [layer(2, 2, [1, 0, 0, 1], [0, 0]), layer(2, 1, [1, -1], [0])],
    });
    policy.act(Float32Array.of(2, 0.5), out, 'mean');
    expect(out[0]).toBeCloseTo(1.5, 6);
    expect(policy.version).toBe(9);
  });

  it('[LEARN-83] says which sizes do not fit', () => {
    const make = (layers: Layer[]) => () => createPolicy({ ...snapshot, layers }, createRandom(1));
    expect(make([])).toThrow('snapshot.layers: is empty');
    expect(make([layer(2, 3, [1, 1, 1, 1, 1, 1], [0, 0, 0]), layer(2, 1, [1, 1], [0])])).toThrow(
      'snapshot.layers[1].inputs: is 2, expected 3',
    );
    expect(make([layer(2, 2, [1, 1, 1, 1], [0, 0])])).toThrow('has 2 outputs, expected 1');
    expect(make([layer(2, 1, [1], [0])])).toThrow('has 1 weights and 1 biases, expected 2 and 1');
    const policy = createPolicy(snapshot, createRandom(1));
    expect(() => policy.act(new Float32Array(3), out, 'mean')).toThrow(
      'observation: has 3 numbers, expected 2',
    );
  });
});

describe('backend', () => {
  it('[LEARN-84] is loaded once, and learners on two backends do not disturb each other', async () => {
    const wasm = await loadBackend({ prefer: 'wasm' });
    const cpu = await loadBackend({ prefer: 'cpu' });
    expect(await loadBackend({ prefer: 'wasm' })).toBe(wasm);
    const product = (backend: typeof wasm) => {
      let result = 0;
      backend.tf.tidy(() => {
        const a = backend.upload(Float32Array.of(2, 3), [1, 1, 2]);
        const b = backend.upload(Float32Array.of(4, 5), [1, 2, 1]);
        result = backend.view(backend.matMul(a, b))[0]!;
      });
      return result;
    };
    for (const backend of [wasm, cpu, wasm, cpu]) expect(product(backend)).toBe(23);
    await expect(loadBackend({ prefer: 'gpu' as 'cpu' })).rejects.toThrow(
      'backend: is gpu, allowed onnx, native, wasm or cpu',
    );
  });

  it('[LEARN-85] a deterministic run never gets the native backend', async () => {
    const backend = await loadBackend({ prefer: 'native', deterministic: true });
    expect(backend.name).toBe('onnx');
    expect([backend.tensors, backend.graphs?.threads]).toEqual(['wasm', 1]);
    expect((await loadBackend({ deterministic: true, threads: 4 })).graphs?.threads).toBe(1);
    expect((await loadBackend({ prefer: 'wasm', deterministic: true })).name).toBe('wasm');
  });
});
