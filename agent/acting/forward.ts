/**
 * The forward pass in plain TypeScript and float64: the reference of the SIMD kernel (network.ts), and what
 * acts where the processor has no SIMD.
 */
import type { Activation, Layer } from '../contract.ts';
import { LEAKY_SLOPE } from '../nn/kernels.ts';

/** Working memory of `forward`, reused from call to call. */
export interface ForwardScratch {
  readonly input: Float64Array;
  /** One per layer; the last is the network's output. */
  readonly outputs: readonly Float64Array[];
  /** One per input of the widest layer. */
  readonly rows: Int32Array;
}

export function createScratch(layers: readonly Layer[]): ForwardScratch {
  return {
    input: new Float64Array(layers[0]!.inputs),
    outputs: layers.map((layer) => new Float64Array(layer.outputs)),
    rows: new Int32Array(Math.max(...layers.map((layer) => layer.inputs))),
  };
}

/** The network's output for one input (d); the returned array is `scratch`'s last. */
export function forward(
  layers: readonly Layer[],
  input: ArrayLike<number>,
  scratch: ForwardScratch,
): Float64Array {
  const first = scratch.input;
  for (let i = 0; i < first.length; i++) first[i] = input[i]!;
  let x = first;
  for (let l = 0; l < layers.length; l++) {
    const layer = layers[l]!;
    const y = scratch.outputs[l]!;
    multiply(x, layer.weights, layer.bias, y, scratch.rows);
    activate(layer.activation, y);
    x = y;
  }
  return x;
}

/**
 * y = x W + b, eight rows of W at a time so that y is read and written an eighth as often. Rows of
 * zeros are left out: behind a rectifier that is half of them. `rows` lists the others.
 */
function multiply(
  x: Float64Array,
  w: Float32Array,
  b: Float32Array,
  y: Float64Array,
  rows: Int32Array,
): void {
  const m = y.length;
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    rows[count] = i;
    count += x[i] === 0 ? 0 : 1;
  }
  for (let j = 0; j < m; j++) y[j] = b[j]!;
  let r = 0;
  for (; r + 7 < count; r += 8) {
    const x0 = x[rows[r]!]!;
    const x1 = x[rows[r + 1]!]!;
    const x2 = x[rows[r + 2]!]!;
    const x3 = x[rows[r + 3]!]!;
    const x4 = x[rows[r + 4]!]!;
    const x5 = x[rows[r + 5]!]!;
    const x6 = x[rows[r + 6]!]!;
    const x7 = x[rows[r + 7]!]!;
    const k0 = rows[r]! * m;
    const k1 = rows[r + 1]! * m;
    const k2 = rows[r + 2]! * m;
    const k3 = rows[r + 3]! * m;
    const k4 = rows[r + 4]! * m;
    const k5 = rows[r + 5]! * m;
    const k6 = rows[r + 6]! * m;
    const k7 = rows[r + 7]! * m;
    for (let j = 0; j < m; j++) {
      y[j]! +=
        x0 * w[k0 + j]! +
        x1 * w[k1 + j]! +
        (x2 * w[k2 + j]! + x3 * w[k3 + j]!) +
        (x4 * w[k4 + j]! + x5 * w[k5 + j]! + (x6 * w[k6 + j]! + x7 * w[k7 + j]!));
    }
  }
  for (; r < count; r++) {
    const x0 = x[rows[r]!]!;
    const k0 = rows[r]! * m;
    for (let j = 0; j < m; j++) y[j]! += x0 * w[k0 + j]!;
  }
}

function activate(activation: Activation, y: Float64Array): void {
  switch (activation) {
    case 'linear':
      break;
    case 'relu':
      for (let j = 0; j < y.length; j++) if (y[j]! < 0) y[j] = 0;
      break;
    case 'leaky-relu':
      for (let j = 0; j < y.length; j++) if (y[j]! < 0) y[j]! *= LEAKY_SLOPE;
      break;
    case 'tanh':
      for (let j = 0; j < y.length; j++) y[j] = 1 - 2 / (Math.exp(2 * y[j]!) + 1); // tanh, 3 times faster
      break;
  }
}
