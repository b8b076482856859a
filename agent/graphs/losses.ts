/** Losses in graphs, each with its derivative. Weights are numbers, or one per row (n, 1): 1/n makes a sum a mean. */
import type { Value } from './graph.ts';
import { mul, neg, type Operand, sigmoid, softplus, square, sub, sumAll } from './operations.ts';

export interface Loss {
  /** (1, 1) */
  readonly loss: Value;
  /** With respect to the first argument, of its shape. */
  readonly dOutput: Value;
}

/** Σ weight · (x − y)². */
export function squaredError(x: Value, y: Operand, weight: Operand): Loss {
  const error = sub(x, y);
  return { loss: sumAll(mul(square(error), weight)), dOutput: mul(error, mul2(weight)) };
}

/** Σ weight · −log σ(z). */
export function logistic(z: Value, weight: Operand): Loss {
  const minus = neg(z);
  return { loss: sumAll(mul(softplus(minus), weight)), dOutput: neg(mul(sigmoid(minus), weight)) };
}

function mul2(weight: Operand): Operand {
  return typeof weight === 'number' ? 2 * weight : mul(weight, 2);
}
