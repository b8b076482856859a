/**
 * Backward passes of a network, one for each kind of backend; both add to the same flat gradients.
 *
 * Gradient of H' = f(H W + b): dZ = dH' ⊙ f'(Z), dW = Hᵀ dZ, db = Σ dZ, dH = dZ Wᵀ.
 */
import type { Backend, Tensor } from '../backend/backend.ts';
import type { GradientKernels } from '../backend/native-kernels.ts';
import {
  activationGradient,
  addColumnSums,
  addTransposed,
  LEAKY_SLOPE,
  transpose,
} from './kernels.ts';
import { type NormRows, normaliseRowsGradient } from './layer-norm.ts';
import type { LayerSlots, WeightTensors } from './mlp-layers.ts';

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

/** dOutput: dLoss/dOutput, (n, outputs). */
export type Backward = (
  pass: MlpPass,
  dOutput: Float32Array,
  want?: MlpWant,
) => Float32Array | undefined;

export interface BackwardOf {
  readonly backend: Backend;
  readonly slots: readonly LayerSlots[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly weights: WeightTensors;
}

export function createBackward(of: BackwardOf): Backward {
  const { gradients: kernels } = of.backend;
  return kernels ? createTensorBackward(of, kernels) : createLoopBackward(of);
}

/** All of it in tensors; of the numbers, JavaScript reads the results alone. */
function createTensorBackward(of: BackwardOf, kernels: GradientKernels<Tensor>): Backward {
  const { backend, slots, parameters, gradients, weights } = of;

  function add(part: Tensor, at: number): void {
    const values = backend.view(part);
    for (let i = 0; i < values.length; i++) gradients[at + i]! += values[i]!;
  }

  /** Layer normalisation is a loop in JavaScript, there and back. */
  function throughNorm(l: number, dz: Tensor, pass: MlpPass, into: Float32Array | undefined) {
    const norm = pass.norms[l];
    if (!norm) return dz;
    const { outputs, norm: at } = slots[l]!;
    const rows = backend.view(dz).slice();
    normaliseRowsGradient(norm, rows, pass.n, outputs, parameters, into, at);
    return backend.upload(rows, [1, pass.n, outputs]);
  }

  return (pass, dOutput, want = {}) => {
    const { n, values } = pass;
    const wantParameters = want.parameters !== false;
    let dh = backend.upload(dOutput, [1, n, slots[slots.length - 1]!.outputs]);
    for (let l = slots.length - 1; l >= 0; l--) {
      const slot = slots[l]!;
      const plain = kernels.activation(slot.activation, dh, values[l + 1]!, LEAKY_SLOPE);
      const dz = throughNorm(l, plain, pass, wantParameters ? gradients : undefined);
      if (wantParameters) {
        add(kernels.weights(values[l]!, dz), slot.weights);
        add(kernels.bias(dz), slot.bias);
      }
      if (l > 0) dh = kernels.inputs(dz, weights.get(l).w);
      else if (want.inputs)
        return backend.view(kernels.inputs(dz, weights.rows(0, ...want.inputs)));
    }
    return undefined;
  };
}

/**
 * The matrix products run in TensorFlow.js; what lies between them (activation derivative, transpose,
 * bias sums) is one fused loop per layer, because on wasm a handful of separate element-wise
 * operations costs more than the product itself. Transposes are made while dZ is written, so that
 * every product is a plain one: wasm's transposed kernels are 20 to 50 times slower.
 */
function createLoopBackward(of: BackwardOf): Backward {
  const { backend, slots, parameters, gradients, weights } = of;
  const widest = Math.max(...slots.map((s) => s.outputs));
  let scratch = { dz: new Float32Array(0), dzT: new Float32Array(0) };

  /** db = Σ dZ and dWᵀ = dZᵀ H, dZ in `scratch.dz`. */
  function addParameterGradients(input: Tensor, slot: LayerSlots, n: number): void {
    const { dz, dzT } = scratch;
    addColumnSums(dz, n, slot.outputs, gradients, slot.bias);
    transpose(dz, n, slot.outputs, dzT);
    const dwT = backend.view(backend.matMul(backend.upload(dzT, [1, slot.outputs, n]), input));
    addTransposed(dwT, slot.inputs, slot.outputs, gradients, slot.weights);
  }

  return (pass, dOutput, want = {}) => {
    const { n, values, norms } = pass;
    if (scratch.dz.length < n * widest)
      scratch = { dz: new Float32Array(n * widest), dzT: new Float32Array(n * widest) };
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
      const columns = l > 0 ? ([0, slot.inputs] as const) : want.inputs;
      if (!columns) return undefined;
      const dzTensor = backend.upload(dz, [1, n, slot.outputs]);
      dh = backend.view(backend.matMul(dzTensor, weights.transposed(l, ...columns)));
    }
    return dh.slice();
  };
}
