/**
 * Element-wise loops between TensorFlow.js's matrix products. Written without branches on data (a
 * rectifier's sign is a coin flip, and mispredicting it costs five times the work) and with rows
 * handled eight at a time where columns are written.
 */
import type { Activation } from '../contract.ts';

/** Slope of leaky-relu below 0, PyTorch's default. */
export const LEAKY_SLOPE = 0.01;

/** Factor by sign bit. */
const LEAKY = Float32Array.of(1, LEAKY_SLOPE);

/** dz = dh ⊙ f'(z), from the activation's output h; the first `size` numbers. */
export function activationGradient(
  activation: Activation,
  dh: Float32Array,
  h: Float32Array,
  size: number,
  dz: Float32Array,
): void {
  switch (activation) {
    case 'linear':
      dz.set(dh.length === size ? dh : dh.subarray(0, size));
      break;
    case 'relu':
      maskPositive(bits(dh), bits(h), size, bits(dz));
      break;
    case 'leaky-relu': {
      const signs = bits(h);
      for (let i = 0; i < size; i++) dz[i] = dh[i]! * LEAKY[signs[i]! >>> 31]!;
      break;
    }
    case 'tanh':
      for (let i = 0; i < size; i++) dz[i] = dh[i]! * (1 - h[i]! * h[i]!);
      break;
  }
}

/** The numbers' bit patterns, same memory. */
function bits(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** out = from where h > 0, else 0; h is never negative, so its bits are positive exactly where it is. */
function maskPositive(from: Int32Array, h: Int32Array, size: number, out: Int32Array): void {
  for (let i = 0; i < size; i++) out[i] = from[i]! & (-h[i]! >> 31);
}

const STRIPE = 8;

/** into (m, n) = from (n, m) transposed. */
export function transpose(from: Float32Array, n: number, m: number, into: Float32Array): void {
  const whole = n - (n % STRIPE);
  for (let i = 0; i < whole; i += STRIPE) {
    for (let j = 0; j < m; j++) {
      const k = i * m + j;
      const o = j * n + i;
      into[o] = from[k]!;
      into[o + 1] = from[k + m]!;
      into[o + 2] = from[k + 2 * m]!;
      into[o + 3] = from[k + 3 * m]!;
      into[o + 4] = from[k + 4 * m]!;
      into[o + 5] = from[k + 5 * m]!;
      into[o + 6] = from[k + 6 * m]!;
      into[o + 7] = from[k + 7 * m]!;
    }
  }
  for (let i = whole; i < n; i++) for (let j = 0; j < m; j++) into[j * n + i] = from[i * m + j]!;
}

/** into[at + j] += Σ_i from (n, m)[i, j]. */
export function addColumnSums(
  from: Float32Array,
  n: number,
  m: number,
  into: Float32Array,
  at: number,
): void {
  const sums = new Float64Array(m);
  for (let row = 0; row < n * m; row += m) for (let j = 0; j < m; j++) sums[j]! += from[row + j]!;
  for (let j = 0; j < m; j++) into[at + j]! += sums[j]!;
}

/** into[at …] (n, m) += from (m, n) transposed. */
export function addTransposed(
  from: Float32Array,
  n: number,
  m: number,
  into: Float32Array,
  at: number,
): void {
  const whole = n - (n % STRIPE);
  for (let i = 0; i < whole; i += STRIPE) {
    for (let j = 0; j < m; j++) {
      const k = at + i * m + j;
      const o = j * n + i;
      into[k]! += from[o]!;
      into[k + m]! += from[o + 1]!;
      into[k + 2 * m]! += from[o + 2]!;
      into[k + 3 * m]! += from[o + 3]!;
      into[k + 4 * m]! += from[o + 4]!;
      into[k + 5 * m]! += from[o + 5]!;
      into[k + 6 * m]! += from[o + 6]!;
      into[k + 7 * m]! += from[o + 7]!;
    }
  }
  for (let i = whole; i < n; i++)
    for (let j = 0; j < m; j++) into[at + i * m + j]! += from[j * n + i]!;
}
