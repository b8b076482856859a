import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Activation } from '../../../agent/contract.ts';
import { addLossGradient, predict } from '../../../agent/nn/fit.ts';
import { createMlp, type MlpConfig } from '../../../agent/nn/mlp.ts';
import { createRandom } from '../../../sim/random.ts';

const activations: Activation[] = ['linear', 'relu', 'leaky-relu', 'tanh'];
const networks: fc.Arbitrary<MlpConfig> = fc.boolean().chain((layerNorm) =>
  fc.record({
    // Of a few numbers the variance may be next to nothing, by which a norm divides.
    sizes: fc.array(fc.integer({ min: layerNorm ? 8 : 1, max: 33 }), {
      minLength: 2,
      maxLength: 5,
    }),
    activation: fc.constantFrom(...activations),
    outputActivation: fc.constantFrom('linear' as const, 'tanh' as const),
    layerNorm: fc.constant(layerNorm),
  }),
);
/** Numbers of rows, in turn on the same network: its graphs grow and are used in part. */
const batches = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 3 });

describe('networks on graphs', async () => {
  const tensors = await loadBackend({ prefer: 'wasm' });
  const onnx = await loadBackend({ prefer: 'onnx' });

  it('[GRAPH-20] outputs and gradients are those of TensorFlow.js, to 1e-5', () => {
    expect(onnx.graphs).toBeDefined();
    const property = fc.property(networks, batches, fc.nat(), (config, rows, seed) => {
      const nets = [tensors, onnx].map((backend) => {
        const net = createMlp(backend, config, createRandom(seed));
        const random = createRandom(seed, 1);
        net.parameters.set(net.parameters.map((p) => p + random.uniform(-0.3, 0.3)));
        net.changed();
        return { backend, net };
      });
      const [reference, net] = nets.map(({ net }) => net) as [
        (typeof nets)[0]['net'],
        (typeof nets)[0]['net'],
      ];
      const random = createRandom(seed, 2);
      for (const n of rows) {
        const inputs = new Float32Array(n * net.inputs).map(() => random.uniform(-2, 2));
        const weights = new Float32Array(n * net.outputs).map(() => random.uniform(-1, 1));
        const [outputs, expected] = nets
          .map(({ backend, net }) => predict(backend, net, inputs, n))
          .reverse() as [Float32Array, Float32Array];
        expectClose(outputs, expected);
        const losses = nets.map(({ backend, net }) =>
          addLossGradient(backend, net, inputs, n, (y, dY) => {
            let loss = 0;
            for (let i = 0; i < y.length; i++) {
              loss += (weights[i]! * y[i]! ** 2) / n;
              dY[i]! += (2 * weights[i]! * y[i]!) / n;
            }
            return loss;
          }),
        );
        expect(Math.abs(losses[0]! - losses[1]!)).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(losses[0]!)),
        );
      }
      // Gradients of all batches have added up.
      expectClose(net.gradients, reference.gradients);
      for (const { net } of nets) net.dispose();
    });
    fc.assert(property, { numRuns: 60, seed: 19 });
  });
});

/** To 1e-5 of the largest number, or of 1. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  expect(actual).toHaveLength(expected.length);
  expected.forEach((x, i) => {
    expect(Math.abs(actual[i]! - x)).toBeLessThanOrEqual(1e-5 * largest);
  });
}
