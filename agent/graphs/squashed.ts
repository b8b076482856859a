/** Tanh-squashed Gaussian in graphs: a = tanh(μ + σ ε), as agent/nn/squashed.ts. */
import { HALF_LOG_TAU, LOG_2, LOG_STD_MAX, LOG_STD_MIN } from '../nn/gaussian.ts';
import { describe, type Value } from './graph.ts';
import {
  add,
  columns,
  exp,
  mul,
  type Operand,
  softplus,
  square,
  sub,
  sumColumns,
  tanh,
} from './operations.ts';

export interface SquashedValues {
  /** tanh(u), (n, k) */
  readonly actions: Value;
  /** log π(a|s), (n, 1) */
  readonly logProbs: Value;
  /** tanh(μ), what the policy does without noise, (n, k). */
  readonly mean: Value;
  /** σ ε, (n, k) */
  readonly deviation: Value;
  /** tanh of the raw log standard deviations, (n, k) */
  readonly bound: Value;
}

const HALF_RANGE = 0.5 * (LOG_STD_MAX - LOG_STD_MIN);

/** output (n, 2k): means, then raw log standard deviations; noise ε (n, k). */
export function sampleSquashed(output: Value, noise: Value): SquashedValues {
  const k = Number(noise.shape[1]);
  if (output.shape[1] !== 2 * k)
    throw new RangeError(
      `graph.sampleSquashed: output is ${describe(output.shape)}, needs ${2 * k} columns`,
    );
  const mu = columns(output, 0, k);
  const bound = tanh(columns(output, k, 2 * k));
  const logStd = add(mul(bound, HALF_RANGE), LOG_STD_MIN + HALF_RANGE);
  const deviation = mul(exp(logStd), noise);
  const u = add(mu, deviation);
  // −½ε² − log σ − ½ log 2π − log(1 − tanh² u), the last as 2 (log 2 − u − softplus(−2u)).
  const gaussian = sub(mul(square(noise), -0.5), logStd);
  const squash = mul(add(u, softplus(mul(u, -2))), 2);
  const logProb = add(add(gaussian, squash), -HALF_LOG_TAU - 2 * LOG_2);
  return { actions: tanh(u), logProbs: sumColumns(logProb), mean: tanh(mu), deviation, bound };
}

/**
 * dLoss/dμ and dLoss/d(raw log σ), both (n, k): side by side they are dLoss/doutput. From dActions (n, k) and
 * dLoss/dlog π, a number or (n, 1). With ε fixed, ∂log π/∂u = 2 tanh u and ∂log π/∂log σ = −1 beyond that.
 */
export function squashedGradient(
  sample: SquashedValues,
  dActions: Value,
  dLogProb: Operand,
): { dMu: Value; dRaw: Value } {
  const { actions, deviation, bound } = sample;
  const twice = typeof dLogProb === 'number' ? 2 * dLogProb : mul(dLogProb, 2);
  const throughTanh = mul(dActions, sub(1, square(actions)));
  const du = add(throughTanh, mul(actions, twice));
  const dLogStd = sub(mul(du, deviation), dLogProb);
  return { dMu: du, dRaw: mul(dLogStd, mul(sub(1, square(bound)), HALF_RANGE)) };
}
