/** Initial weights, from a `Random` so that a seed fixes them. */
import type { Random } from '../../sim/random.ts';

/**
 * - `uniform`: U(±1/√inputs) for weights and bias, PyTorch's default for linear layers;
 * - `orthogonal`: orthonormal columns or rows times `gain`, bias 0 (PPO: √2 hidden, 0.01 output).
 */
export type Initialiser =
  | { readonly kind: 'uniform' }
  | { readonly kind: 'orthogonal'; readonly gain: number; readonly outputGain: number };

/** Fill `weights` (inputs, outputs) and `bias` (outputs). */
export function initialiseLayer(
  initialiser: Initialiser,
  weights: Float32Array,
  bias: Float32Array,
  isOutput: boolean,
  random: Random,
): void {
  const outputs = bias.length;
  const inputs = weights.length / outputs;
  switch (initialiser.kind) {
    case 'uniform': {
      const bound = 1 / Math.sqrt(inputs);
      for (let i = 0; i < weights.length; i++) weights[i] = random.uniform(-bound, bound);
      for (let i = 0; i < outputs; i++) bias[i] = random.uniform(-bound, bound);
      break;
    }
    case 'orthogonal':
      orthogonal(weights, inputs, outputs, random);
      scale(weights, isOutput ? initialiser.outputGain : initialiser.gain);
      bias.fill(0);
      break;
  }
}

/** Gram–Schmidt on random normals, over the longer side (Saxe et al. 2014). */
function orthogonal(out: Float32Array, inputs: number, outputs: number, random: Random): void {
  const count = Math.min(inputs, outputs);
  const length = Math.max(inputs, outputs);
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const v = new Float64Array(length);
    for (let i = 0; i < length; i++) v[i] = random.normal();
    for (let pass = 0; pass < 2; pass++) for (const b of basis) subtractProjection(v, b);
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    if (norm < 1e-9) continue;
    for (let i = 0; i < length; i++) v[i]! /= norm;
    basis.push(v);
  }
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < outputs; j++)
      out[i * outputs + j] = inputs >= outputs ? basis[j]![i]! : basis[i]![j]!;
  }
}

function subtractProjection(v: Float64Array, b: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i]! * b[i]!;
  for (let i = 0; i < v.length; i++) v[i]! -= dot * b[i]!;
}

function scale(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i]! *= by;
}
