import { afterAll, describe, expect, it } from 'vitest';
import { createNetwork, createPlainNetwork } from '../../../agent/acting/network.ts';
import { type BackendName, loadBackend } from '../../../agent/backend/backend.ts';
import type { Activation } from '../../../agent/contract.ts';
import { createMlp, type MlpConfig } from '../../../agent/nn/mlp.ts';
import { createRandom } from '../../../sim/random.ts';
import { installedBackends } from '../../setup/backends.ts';

const activations: Activation[] = ['linear', 'relu', 'leaky-relu', 'tanh'];

const backends = await installedBackends();

describe.each(backends)('MLP on %s', async (name) => {
  const backend = await loadBackend({ prefer: name });
  const before = backend.tf.memory().numTensors;
  afterAll(() => expect(backend.tf.memory().numTensors).toBe(before));

  it('[LEARN-1] loads the backend that was asked for and says why', () => {
    expect(backend.name).toBe(name);
    expect(backend.reason).toContain('as asked for');
  });

  const variants: MlpConfig[] = activations.flatMap((activation) => [
    { sizes: [5, 7, 6, 3], activation },
    { sizes: [5, 7, 6, 3], activation, layerNorm: true, outputActivation: 'tanh' },
  ]);

  it.each(variants)('[LEARN-2] gradients match finite differences: %j', async (config) => {
    await loadBackend({ prefer: name });
    const random = createRandom(3);
    const net = createMlp(backend, config, random);
    for (let i = 0; i < net.parameters.length; i++) net.parameters[i]! += 0.1 * random.normal();
    net.changed();
    const n = 4;
    const x = Float32Array.from({ length: n * 5 }, () => random.normal());
    const c = Float32Array.from({ length: n * 3 }, () => random.normal());
    const loss = (input: Float32Array) => {
      let sum = 0;
      backend.tf.tidy(() => {
        const { output } = net.forward(backend.upload(input, [1, n, 5]), n);
        for (let i = 0; i < c.length; i++) sum += c[i]! * output[i]! ** 2;
      });
      return sum;
    };
    let dx = new Float32Array(0);
    backend.tf.tidy(() => {
      const pass = net.forward(backend.upload(x, [1, n, 5]), n);
      const dOut = pass.output.map((y, i) => 2 * c[i]! * y);
      dx = net.backward(pass, dOut, { inputs: [2, 5] }) as Float32Array<ArrayBuffer>;
    });
    const check = (values: Float32Array, at: number, gradient: number) => {
      const slope = slopeAt(values, at, () => {
        net.changed();
        return loss(x);
      });
      if (slope === undefined) return 0; // on a kink of the activation
      expect(Math.abs(gradient - slope)).toBeLessThan(0.02 + 0.03 * Math.abs(slope));
      return Math.abs(slope) > 0.1 ? 1 : 0;
    };
    let compared = 0;
    for (let i = 0; i < net.parameters.length; i += 2)
      compared += check(net.parameters, i, net.gradients[i]!);
    for (let i = 0; i < n * 3; i++)
      compared += check(x, Math.floor(i / 3) * 5 + 2 + (i % 3), dx[i]!);
    expect(compared).toBeGreaterThan(15);
    net.dispose();
  });

  it('[LEARN-3] the plain forward pass of a snapshot equals the network', async () => {
    await loadBackend({ prefer: name });
    for (const activation of activations) {
      const random = createRandom(7);
      const net = createMlp(backend, { sizes: [9, 13, 4], activation }, random);
      const x = Float32Array.from({ length: 9 }, () => random.normal());
      let expected = new Float32Array(0);
      backend.tf.tidy(() => {
        expected = net.forward(backend.upload(x, [1, 1, 9]), 1).output as Float32Array<ArrayBuffer>;
      });
      const layers = net.layers();
      for (const network of [createPlainNetwork(layers), createNetwork(layers)]) {
        network.input.set(x);
        const actual = network.run();
        for (let i = 0; i < 4; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 5);
      }
      net.dispose();
    }
  });
});

/** Output, gradients and input gradient of one pass, one after the other. */
async function oneStep(name: BackendName, config: MlpConfig): Promise<Float32Array> {
  const backend = await loadBackend({ prefer: name });
  const random = createRandom(11);
  const net = createMlp(backend, config, random);
  const n = 33;
  const draw = (width: number) => Float32Array.from({ length: n * width }, () => random.normal());
  const x = draw(net.inputs);
  const dOutput = draw(net.outputs);
  const parts: number[] = [];
  backend.tf.tidy(() => {
    const pass = net.forward(backend.upload(x, [1, n, net.inputs]), n);
    net.backward(pass, dOutput, { parameters: false });
    expect(net.gradients.every((g) => g === 0)).toBe(true);
    net.backward(pass, dOutput);
    const dInput = net.backward(pass, dOutput, { inputs: [3, 9] })!; // adds a second time
    parts.push(...pass.output, ...net.gradients, ...dInput);
  });
  net.dispose();
  return Float32Array.from(parts);
}

describe('all backends', () => {
  const configs: MlpConfig[] = activations.flatMap((activation) =>
    [false, true].map((layerNorm) => ({ sizes: [17, 40, 65, 3], activation, layerNorm })),
  );
  it.each(configs)('[LEARN-88] compute the same to float precision: %j', async (config) => {
    const expected = await oneStep('cpu', config);
    const scale = Math.max(...expected.map(Math.abs));
    expect(scale).toBeGreaterThan(1);
    for (const name of backends) {
      const actual = await oneStep(name, config);
      expect(actual.length).toBe(expected.length);
      let worst = 0;
      for (let i = 0; i < actual.length; i++)
        worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
      expect(worst, name).toBeLessThan(1e-5 * scale);
    }
  });
});

/** d f / d values[at] by central differences; undefined where the two sides disagree. */
function slopeAt(values: Float32Array, at: number, f: () => number): number | undefined {
  const h = 2e-3;
  const kept = values[at]!;
  const middle = f();
  values[at] = kept + h;
  const right = (f() - middle) / h;
  values[at] = kept - h;
  const left = (middle - f()) / h;
  values[at] = kept;
  f();
  const tolerance = 0.02 + 0.02 * Math.abs(right + left);
  return Math.abs(right - left) > tolerance ? undefined : (right + left) / 2;
}
