/**
 * Multi-layer perceptron with all its numbers in one flat array and hand-written gradients.
 *
 * The matrix products run in TensorFlow.js; what lies between them (activation derivative, transpose,
 * bias sums) is one fused loop per layer, because on wasm a handful of separate element-wise
 * operations costs more than the product itself.
 *
 * Gradient of H' = f(H W + b): dZ = dH' ⊙ f'(Z), dWᵀ = dZᵀ H, db = Σ dZ, dH = dZ Wᵀ. Transposes are
 * made while dZ is written, so that every product is a plain one.
 */
import type { Random } from '../../sim/random.ts';
import type { Backend, Tensor } from '../backend.ts';
import type { Activation, Layer } from '../contract.ts';
import { type Initialiser, initialiseLayer } from './init.ts';
import {
  activationGradient,
  addColumnSums,
  addTransposed,
  LEAKY_SLOPE,
  transpose,
} from './kernels.ts';
import { type NormRows, normaliseRows, normaliseRowsGradient } from './layer-norm.ts';

export interface MlpConfig {
  /** Inputs, hidden sizes …, outputs. */
  readonly sizes: readonly number[];
  readonly activation: Activation;
  /** Of the last layer. */
  readonly outputActivation?: Activation;
  /** Layer normalisation before every hidden activation (Ball et al. 2023, RLPD). */
  readonly layerNorm?: boolean;
  readonly initialiser?: Initialiser;
}

/** What `backward` needs of a forward pass; valid inside the `tidy` it was made in. */
export interface MlpPass {
  readonly n: number;
  /** Input of every layer, then the output, each (1, n, ·). */
  readonly values: readonly Tensor[];
  readonly norms: readonly (NormRows | undefined)[];
  /** (n, outputs), a copy. */
  readonly output: Float32Array;
}

export interface MlpWant {
  /** Add to `gradients`; default true. */
  readonly parameters?: boolean;
  /** Return the gradient of input columns [from, to), (n, to − from). */
  readonly inputs?: readonly [from: number, to: number];
}

export interface Mlp {
  readonly inputs: number;
  readonly outputs: number;
  /** Weights (inputs, outputs) then bias per layer, then gain and shift where normalised. Call `changed` after writing. */
  readonly parameters: Float32Array;
  /** Same layout; `backward` adds to it. */
  readonly gradients: Float32Array;
  /** x: (1, n, inputs). Call inside a `tidy`. */
  forward(x: Tensor, n: number): MlpPass;
  /** dOutput: dLoss/dOutput, (n, outputs). Call inside the same `tidy` as `forward`. */
  backward(pass: MlpPass, dOutput: Float32Array, want?: MlpWant): Float32Array | undefined;
  /** `parameters` were written: drop the tensors made of them. */
  changed(): void;
  /** Draw new initial parameters. */
  initialise(random: Random): void;
  /** Copies of the weights for a snapshot. @throws Error with layer normalisation. */
  layers(): Layer[];
  dispose(): void;
}

interface LayerSlots {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly weights: number;
  readonly bias: number;
  /** Offset of gain then shift; -1 without layer normalisation. */
  readonly norm: number;
}

export function createMlp(backend: Backend, config: MlpConfig, random: Random): Mlp {
  const { slots, size } = layout(config);
  const parameters = new Float32Array(size);
  const gradients = new Float32Array(size);
  const first = slots[0]!;
  const last = slots[slots.length - 1]!;
  const weights = createWeightTensors(backend, parameters, slots);
  let scratch = { dz: new Float32Array(0), dzT: new Float32Array(0) };

  /** db = Σ dZ and dW = Hᵀ dZ, dZ in `scratch.dz`. */
  function addParameterGradients(input: Tensor, slot: LayerSlots, n: number): void {
    const { dz, dzT } = scratch;
    addColumnSums(dz, n, slot.outputs, gradients, slot.bias);
    if (backend.transposedMatMul) {
      const dzTensor = backend.upload(dz, [1, n, slot.outputs]);
      const dw = backend.view(backend.transposedMatMul(input, dzTensor, 'a'));
      for (let i = 0; i < dw.length; i++) gradients[slot.weights + i]! += dw[i]!;
      return;
    }
    transpose(dz, n, slot.outputs, dzT);
    const dwT = backend.view(backend.matMul(backend.upload(dzT, [1, slot.outputs, n]), input));
    addTransposed(dwT, slot.inputs, slot.outputs, gradients, slot.weights);
  }

  /** dH = dZ Wᵀ, dZ in `scratch.dz`; valid until the next operation. */
  function throughWeights(l: number, n: number): Float32Array {
    const slot = slots[l]!;
    const dzTensor = backend.upload(scratch.dz, [1, n, slot.outputs]);
    if (backend.transposedMatMul)
      return backend.view(backend.transposedMatMul(dzTensor, weights.get(l).w, 'b'));
    return backend.view(backend.matMul(dzTensor, weights.transposed(l, 0, slot.inputs)));
  }

  const mlp: Mlp = {
    inputs: first.inputs,
    outputs: last.outputs,
    parameters,
    gradients,
    forward(x, n) {
      const values: Tensor[] = [x];
      const norms: (NormRows | undefined)[] = [];
      for (let l = 0; l < slots.length; l++) {
        const slot = slots[l]!;
        const input = values[l]!;
        const { w, b } = weights.get(l);
        if (slot.norm >= 0) {
          const z = backend.matMul(input, w, b);
          const norm = normaliseRows(backend.view(z), n, slot.outputs, parameters, slot.norm);
          norms.push(norm);
          values.push(activate(backend, backend.upload(norm.out, z.shape), slot.activation));
        } else {
          norms.push(undefined);
          values.push(dense(backend, input, w, b, slot.activation));
        }
      }
      return { n, values, norms, output: backend.view(values[slots.length]!).slice() };
    },
    backward(pass, dOutput, want = {}) {
      const { n, values, norms } = pass;
      const needs = n * Math.max(...slots.map((s) => s.outputs));
      if (scratch.dz.length < needs)
        scratch = { dz: new Float32Array(needs), dzT: new Float32Array(needs) };
      const { dz } = scratch;
      const wantParameters = want.parameters !== false;
      let dh = dOutput;
      for (let l = slots.length - 1; l >= 0; l--) {
        const slot = slots[l]!;
        const h = backend.view(values[l + 1]!);
        activationGradient(slot.activation, dh, h, n * slot.outputs, dz);
        const norm = norms[l];
        if (norm) {
          const into = wantParameters ? gradients : undefined;
          normaliseRowsGradient(norm, dz, n, slot.outputs, parameters, into, slot.norm);
        }
        if (wantParameters) addParameterGradients(values[l]!, slot, n);
        if (l > 0) dh = throughWeights(l, n);
        else if (want.inputs) {
          const wT = weights.transposed(0, ...want.inputs);
          return backend.view(backend.matMul(backend.upload(dz, [1, n, slot.outputs]), wT)).slice();
        }
      }
      return undefined;
    },
    changed: weights.dispose,
    initialise(source) {
      for (const slot of slots) {
        initialiseLayer(
          config.initialiser ?? { kind: 'uniform' },
          parameters.subarray(slot.weights, slot.bias),
          parameters.subarray(slot.bias, slot.bias + slot.outputs),
          slot === last,
          source,
        );
        if (slot.norm >= 0) {
          parameters.fill(1, slot.norm, slot.norm + slot.outputs);
          parameters.fill(0, slot.norm + slot.outputs, slot.norm + 2 * slot.outputs);
        }
      }
      weights.dispose();
    },
    layers: () =>
      slots.map((slot) => {
        if (slot.norm >= 0)
          throw new Error('layers: a normalised network has no plain layers to export');
        return {
          inputs: slot.inputs,
          outputs: slot.outputs,
          activation: slot.activation,
          weights: parameters.slice(slot.weights, slot.bias),
          bias: parameters.slice(slot.bias, slot.bias + slot.outputs),
        };
      }),
    dispose: weights.dispose,
  };
  mlp.initialise(random);
  return mlp;
}

function layout(config: MlpConfig): { slots: LayerSlots[]; size: number } {
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

/** Weight tensors, made when first needed and kept until the parameters change. */
function createWeightTensors(backend: Backend, parameters: Float32Array, slots: LayerSlots[]) {
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
    /** Rows [from, to) of layer l's weights, transposed: (1, outputs, to − from). */
    transposed(l: number, from: number, to: number): Tensor {
      const key = `${l}:${from}:${to}`;
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

function dense(b: Backend, x: Tensor, w: Tensor, bias: Tensor, activation: Activation): Tensor {
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

function activate(b: Backend, x: Tensor, activation: Activation): Tensor {
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
