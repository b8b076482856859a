/**
 * A network's layers: where their numbers lie in the flat array, the tensors made of them, and the
 * forward pass of one.
 */
import type { Backend, Tensor } from '../backend/backend.ts';
import type { Activation } from '../contract.ts';
import { LEAKY_SLOPE } from './kernels.ts';

export interface LayersConfig {
  /** Inputs, hidden sizes …, outputs. */
  readonly sizes: readonly number[];
  readonly activation: Activation;
  /** Of the last layer. */
  readonly outputActivation?: Activation;
  /** Layer normalisation before every hidden activation (Ball et al. 2023, RLPD). */
  readonly layerNorm?: boolean;
}

export interface LayerSlots {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly weights: number;
  readonly bias: number;
  /** Offset of gain then shift; -1 without layer normalisation. */
  readonly norm: number;
}

export function layout(config: LayersConfig): { slots: LayerSlots[]; size: number } {
  if (config.sizes.length < 2 || config.sizes.some((s) => !Number.isInteger(s) || s < 1)) {
    throw new RangeError(
      `mlp.sizes: is [${config.sizes}], needs inputs and outputs, integers of at least 1`,
    );
  }
  const slots: LayerSlots[] = [];
  let size = 0;
  for (let l = 0; l + 1 < config.sizes.length; l++) {
    const inputs = config.sizes[l]!;
    const outputs = config.sizes[l + 1]!;
    const isLast = l + 2 === config.sizes.length;
    const weights = size;
    const bias = weights + inputs * outputs;
    size = bias + outputs;
    const norm = config.layerNorm && !isLast ? size : -1;
    if (norm >= 0) size += 2 * outputs;
    const activation = isLast ? (config.outputActivation ?? 'linear') : config.activation;
    slots.push({ inputs, outputs, activation, weights, bias, norm });
  }
  return { slots, size };
}

export type WeightTensors = ReturnType<typeof createWeightTensors>;

/** Weight tensors, made when first needed and kept until the parameters change. */
export function createWeightTensors(
  backend: Backend,
  parameters: Float32Array,
  slots: LayerSlots[],
) {
  const kept = new Map<string, Tensor>();
  let plain: ({ w: Tensor; b: Tensor } | undefined)[] = [];
  const keep = (values: Float32Array, shape: number[]) =>
    backend.tf.keep(backend.upload(values, shape));

  return {
    get(l: number): { w: Tensor; b: Tensor } {
      const s = slots[l]!;
      return (plain[l] ??= {
        w: keep(parameters.subarray(s.weights, s.bias), [1, s.inputs, s.outputs]),
        b: keep(parameters.subarray(s.bias, s.bias + s.outputs), [s.outputs]),
      });
    },
    /** Rows [from, to) of layer l's weights: (1, to − from, outputs). */
    rows(l: number, from: number, to: number): Tensor {
      const key = `${l}:${from}:${to}`;
      let tensor = kept.get(key);
      if (!tensor) {
        const { weights, outputs } = slots[l]!;
        const part = parameters.subarray(weights + from * outputs, weights + to * outputs);
        tensor = keep(part, [1, to - from, outputs]);
        kept.set(key, tensor);
      }
      return tensor;
    },
    /** Rows [from, to) of layer l's weights, transposed: (1, outputs, to − from). */
    transposed(l: number, from: number, to: number): Tensor {
      const key = `${l}:${from}:${to}ᵀ`;
      let tensor = kept.get(key);
      if (!tensor) {
        const s = slots[l]!;
        const rows = to - from;
        const out = new Float32Array(rows * s.outputs);
        for (let i = 0; i < rows; i++) {
          const row = s.weights + (from + i) * s.outputs;
          for (let j = 0; j < s.outputs; j++) out[j * rows + i] = parameters[row + j]!;
        }
        tensor = keep(out, [1, s.outputs, rows]);
        kept.set(key, tensor);
      }
      return tensor;
    },
    dispose(): void {
      for (const pair of plain) {
        pair?.w.dispose();
        pair?.b.dispose();
      }
      for (const tensor of kept.values()) tensor.dispose();
      plain = [];
      kept.clear();
    },
  };
}

export function dense(
  b: Backend,
  x: Tensor,
  w: Tensor,
  bias: Tensor,
  activation: Activation,
): Tensor {
  switch (activation) {
    case 'linear':
      return b.matMul(x, w, bias);
    case 'relu':
      return b.matMul(x, w, bias, 'relu');
    case 'leaky-relu':
      return b.matMul(x, w, bias, 'leakyrelu', LEAKY_SLOPE);
    case 'tanh':
      return b.tf.tanh(b.matMul(x, w, bias));
  }
}

export function activate(b: Backend, x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return b.tf.relu(x);
    case 'leaky-relu':
      return b.tf.leakyRelu(x, LEAKY_SLOPE);
    case 'tanh':
      return b.tf.tanh(x);
  }
}
