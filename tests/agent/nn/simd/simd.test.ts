import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  createNetwork,
  createPlainNetwork,
  createSimdNetwork,
} from '../../../../agent/acting/network.ts';
import { createPolicy } from '../../../../agent/acting/policy.ts';
import type { Activation, Layer, PolicySnapshot } from '../../../../agent/contract.ts';
import { createAdam, polyak } from '../../../../agent/nn/adam.ts';
import { KERNELS } from '../../../../agent/nn/simd/module.ts';
import { createSimd } from '../../../../agent/nn/simd/simd.ts';
import { moduleText } from '../../../../scripts/simd-module.ts';
import { createRandom, type Random } from '../../../../sim/random.ts';
import { root } from '../../../setup/sources.ts';

const activations: Activation[] = ['linear', 'relu', 'leaky-relu', 'tanh'];

function randomLayers(sizes: readonly number[], activation: Activation, random: Random): Layer[] {
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l]!;
    const bound = Math.sqrt(3 / inputs);
    const last = l === sizes.length - 2;
    return {
      inputs,
      outputs,
      activation: last && activation !== 'tanh' ? 'linear' : activation,
      weights: new Float32Array(inputs * outputs).map(() => random.uniform(-bound, bound)),
      bias: new Float32Array(outputs).map(() => random.uniform(-0.5, 0.5)),
    };
  });
}

const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 5 });
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('SIMD kernels', () => {
  it('[LEARN-92] the module is that of its source (npm run simd)', () => {
    const folder = join(root, 'agent/nn/simd');
    const source = readFileSync(join(folder, 'assembly/kernels.ts'), 'utf8');
    const expected = moduleText(source, Buffer.from(KERNELS, 'base64'));
    expect(readFileSync(join(folder, 'module.ts'), 'utf8')).toBe(expected);
  });

  it('[LEARN-92] a network gives what the plain forward pass gives, to 1e-6', () => {
    const property = fc.property(
      sizes,
      fc.constantFrom(...activations),
      seeds,
      (sizes, activation, seed) => {
        const random = createRandom(seed);
        const first = randomLayers(sizes, activation, random);
        const networks = [createPlainNetwork(first), createSimdNetwork(first)!] as const;
        for (const layers of [first, randomLayers(sizes, activation, random)]) {
          const outputs = networks.map((network) => {
            network.setLayers(layers);
            const inputs = createRandom(seed, 1);
            for (let i = 0; i < network.input.length; i++)
              network.input[i] = i % 3 === 0 ? 0 : Math.fround(inputs.uniform(-2, 2));
            return network.run();
          });
          const [plain, simd] = outputs as [Float64Array, Float32Array];
          expect(simd).toHaveLength(plain.length);
          plain.forEach((y, i) => {
            expect(Math.abs(simd[i]! - y)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(y)));
          });
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it.each(activations)('[LEARN-92] as do 256 units per layer: %s', (activation) => {
    const random = createRandom(5);
    const layers = randomLayers([259, 256, 256, 4], activation, random);
    const plain = createPlainNetwork(layers);
    const simd = createSimdNetwork(layers)!;
    let largest = 0;
    for (let n = 0; n < 20; n++) {
      simd.input.set(simd.input.map(() => random.uniform(-3, 3)));
      plain.input.set(simd.input);
      const expected = plain.run();
      simd.run().forEach((y, i) => {
        largest = Math.max(
          largest,
          Math.abs(y - expected[i]!) / Math.max(1, Math.abs(expected[i]!)),
        );
      });
    }
    expect(largest).toBeLessThan(1e-6);
    expect(largest).toBeGreaterThan(0); // two computations, not one
  });

  it('[LEARN-92] a policy acts the same by both, with normaliser and squash', () => {
    const random = createRandom(8);
    const low = Float32Array.of(-1, 0, -2);
    const high = Float32Array.of(1, 3, 2);
    for (const squash of ['tanh', 'none'] as const) {
      const snapshot: PolicySnapshot = {
        version: 1,
        layers: randomLayers([11, 33, 18, 6], 'relu', random),
        logStd: 'network',
        normaliser: {
          mean: new Float32Array(11).map(() => random.uniform(-1, 1)),
          invStd: new Float32Array(11).map(() => random.uniform(0.5, 4)),
          clip: 5,
        },
        squash,
        actionSpace: { size: 3, low, high },
      };
      const plain = createPolicy(snapshot, createRandom(2), createPlainNetwork);
      const simd = createPolicy(snapshot, createRandom(2));
      const [a, b] = [new Float32Array(3), new Float32Array(3)];
      for (let n = 0; n < 200; n++) {
        const observation = new Float32Array(11).map(() => random.uniform(-4, 4));
        const mode = n % 2 === 0 ? 'mean' : 'sample';
        plain.act(observation, a, mode);
        simd.act(observation, b, mode);
        for (let k = 0; k < 3; k++) expect(Math.abs(a[k]! - b[k]!)).toBeLessThan(4e-6);
      }
    }
  });

  it('[LEARN-93] its bits are the same on every machine', () => {
    const random = createRandom(3);
    const hash = createHash('sha256');
    for (const activation of activations) {
      const network = createSimdNetwork(randomLayers([19, 70, 40, 5], activation, random))!;
      for (let n = 0; n < 10; n++) {
        network.input.set(network.input.map(() => random.uniform(-2, 2)));
        hash.update(new Uint8Array(Float32Array.from(network.run()).buffer));
      }
    }
    expect(hash.digest('hex')).toBe(
      '0922cb8ee0282c6e3572364c75df2bf6efe6855c83fce1561c3b7f8ab61a2e8b',
    );
  });

  it('[LEARN-92] without SIMD, networks are plain ones', async () => {
    const layers = randomLayers([2, 3], 'relu', createRandom(1));
    expect(createNetwork(layers).input).toBeInstanceOf(Float32Array);
    vi.resetModules();
    const { WebAssembly: wasm } = globalThis as unknown as {
      WebAssembly: { validate(bytes: Uint8Array): boolean };
    };
    const validate = vi.spyOn(wasm, 'validate').mockReturnValue(false);
    const without = await import('../../../../agent/acting/network.ts');
    const network = without.createNetwork(layers);
    expect(validate).toHaveBeenCalledOnce();
    validate.mockRestore();
    expect(network.input).toBeInstanceOf(Float64Array);
    network.input.set([1, -1]);
    expect(network.run()).toHaveLength(3);
  });

  it('[LEARN-94] Adam and Polyak do what the loops do, for any number of parameters', () => {
    const property = fc.property(fc.integer({ min: 1, max: 100 }), seeds, (size, seed) => {
      const random = createRandom(seed);
      const simd = createSimd([size, size, size, size, size])!;
      const [p, g, m, v, target] = simd.arrays as Float32Array[];
      const config = { learningRate: 1e-2, maxGradientNorm: 3, weightDecay: 0.1 };
      const kernel = createAdam(size, config, { simd, m: m!, v: v! });
      const loop = createAdam(size, config);
      p!.forEach((_, i) => {
        p![i] = random.uniform(-1, 1);
      });
      const reference = p!.slice();
      const follows = target!.slice();
      for (let step = 0; step < 50; step++) {
        g!.set(g!.map(() => random.normal()));
        const norm = loop.step(reference, g!.slice());
        expect(kernel.step(p!, g!) / norm).toBeCloseTo(1, 6);
        polyak(target!, p!, 0.1, simd);
        polyak(follows, reference, 0.1);
      }
      for (let i = 0; i < size; i++) {
        expect(Math.abs(p![i]! - reference[i]!)).toBeLessThan(2e-6);
        expect(Math.abs(target![i]! - follows[i]!)).toBeLessThan(2e-6);
      }
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('[LEARN-94] moments of parameters without gradient end at 0, not as denormal numbers', () => {
    const simd = createSimd([5, 5, 5, 5])!;
    const [p, g, m, v] = simd.arrays as [Float32Array, Float32Array, Float32Array, Float32Array];
    const adam = createAdam(5, { beta2: 0.9 }, { simd, m, v });
    g.fill(1e-3);
    adam.step(p, g);
    g.fill(0);
    for (let step = 0; step < 800; step++) adam.step(p, g);
    expect([...m, ...v]).toEqual(new Array(10).fill(0));
  });

  it('[LEARN-94] arrays of other memory or length are refused', () => {
    const simd = createSimd([4, 8])!;
    const [four, eight] = simd.arrays as [Float32Array, Float32Array];
    expect(() => simd.polyak(four, new Float32Array(4), 1)).toThrow('outside of the memory');
    expect(() => simd.polyak(four, eight, 1)).toThrow('has 8 numbers, expected 4');
    expect(() => simd.dense('relu', four, eight, four, four, eight)).toThrow(
      'simd.y: has 4 numbers, needs a multiple of 16',
    );
  });
});
