/** Batched tanh-squashed Gaussian: a = tanh(μ + σ ε), with log-probabilities and gradients. */
import type { Random } from '../../sim/random.ts';
import {
  boundLogStd,
  boundLogStdGradient,
  logTanhDerivative,
  normalLogDensity,
} from './gaussian.ts';

export interface SquashedSample {
  /** tanh(u), (n, k) */
  readonly actions: Float32Array;
  /** log π(a|s) of the squashed action, (n) */
  readonly logProbs: Float32Array;
  /** Bounded log σ, (n, k) */
  readonly logStds: Float32Array;
}

export function createSquashedSample(n: number, k: number): SquashedSample {
  return {
    actions: new Float32Array(n * k),
    logProbs: new Float32Array(n),
    logStds: new Float32Array(n * k),
  };
}

export function fillNormal(out: Float32Array, random: Random): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = random.normal();
  return out;
}

/** output (n, 2k): means then raw log standard deviations per row; noise ε (n, k). */
export function sampleSquashed(
  output: Float32Array,
  noise: Float32Array,
  n: number,
  k: number,
  into: SquashedSample,
): void {
  for (let i = 0; i < n; i++) {
    let logProb = 0;
    for (let j = 0; j < k; j++) {
      const at = i * k + j;
      const logStd = boundLogStd(output[i * 2 * k + k + j]!);
      const u = output[i * 2 * k + j]! + Math.exp(logStd) * noise[at]!;
      into.logStds[at] = logStd;
      into.actions[at] = Math.tanh(u);
      logProb += normalLogDensity(noise[at]!, logStd) - logTanhDerivative(u);
    }
    into.logProbs[i] = logProb;
  }
}

/**
 * Adds to dOutput (n, 2k) the gradient of a loss given by dActions (n, k) and its derivative by
 * every row's log-probability. With ε fixed: ∂log π/∂u = 2 tanh u, ∂log π/∂log σ = −1 beyond that.
 */
export function squashedGradient(
  sample: SquashedSample,
  noise: Float32Array,
  dActions: Float32Array,
  dLogProb: number,
  n: number,
  k: number,
  dOutput: Float32Array,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const at = i * k + j;
      const a = sample.actions[at]!;
      const logStd = sample.logStds[at]!;
      const du = dActions[at]! * (1 - a * a) + dLogProb * 2 * a;
      const dLogStd = du * Math.exp(logStd) * noise[at]! - dLogProb;
      dOutput[i * 2 * k + j]! += du;
      dOutput[i * 2 * k + k + j]! += dLogStd * boundLogStdGradient(logStd);
    }
  }
}
