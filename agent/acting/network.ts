/** A network of plain numbers, ready to run: on SIMD kernels, or in plain TypeScript where there is no SIMD. */
import type { Layer } from '../contract.ts';
import { createSimd, packWeights, paddedOutputs } from '../nn/simd/simd.ts';
import { createScratch, forward } from './forward.ts';

export interface Network {
  /** (d), to be written before `run`. */
  readonly input: Float32Array | Float64Array;
  /** The output; the next call overwrites it. */
  run(): Float32Array | Float64Array;
  /** Take the numbers of other layers of the same sizes. */
  setLayers(layers: readonly Layer[]): void;
}

/** The layers' numbers may change only through `setLayers`. */
export function createNetwork(layers: readonly Layer[]): Network {
  return createSimdNetwork(layers) ?? createPlainNetwork(layers);
}

/** In float64; reads the layers' own arrays. */
export function createPlainNetwork(layers: readonly Layer[]): Network {
  let current = layers;
  const scratch = createScratch(layers);
  const input = new Float64Array(scratch.input.length);
  return {
    input,
    run: () => forward(current, input, scratch),
    setLayers(next) {
      current = next;
    },
  };
}

/** In float32, from a packed copy of the layers; undefined without SIMD. The same bits on every machine. */
export function createSimdNetwork(layers: readonly Layer[]): Network | undefined {
  const inputs = layers[0]!.inputs;
  const widest = Math.max(...layers.map((layer) => layer.inputs));
  const lengths = layers.flatMap(({ inputs, outputs }) => {
    const padded = paddedOutputs(outputs);
    return [inputs * padded, padded, padded];
  });
  const simd = createSimd([inputs, 2 * (widest + 1), ...lengths]);
  if (!simd) return undefined;
  const [input, rows, ...arrays] = simd.arrays as [Float32Array, Float32Array, ...Float32Array[]];
  let x = input;
  const slots = layers.map(({ outputs, activation }, l) => {
    const [weights, bias, padded] = arrays.slice(3 * l) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const slot = { activation, x, weights, bias, padded, y: padded.subarray(0, outputs) };
    x = slot.y;
    return slot;
  });
  const network: Network = {
    input,
    run() {
      for (let l = 0; l < slots.length; l++) {
        const { activation, x, weights, bias, padded } = slots[l]!;
        simd.dense(activation, x, weights, bias, padded, rows);
      }
      return slots[slots.length - 1]!.y;
    },
    setLayers(next) {
      next.forEach((layer, l) => {
        const slot = slots[l]!;
        packWeights(layer.weights, layer.inputs, layer.outputs, slot.weights);
        slot.bias.set(layer.bias);
        slot.activation = layer.activation;
      });
    },
  };
  network.setLayers(layers);
  return network;
}
