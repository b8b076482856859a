/** Actions as learners see them: every axis scaled to [−1, 1]. */
import type { BoxSpace } from '../../sim/contract.ts';
import type { Layer } from '../contract.ts';

/** from (n, k) in the environment's units -> into (n, k) in [−1, 1]; `into` may be `from`. */
export function scaleActions(
  space: Pick<BoxSpace, 'low' | 'high' | 'size'>,
  from: Float32Array,
  n: number,
  into: Float32Array,
): void {
  const { low, high, size } = space;
  for (let j = 0; j < size; j++) {
    const lo = low[j]!;
    const by = 2 / (high[j]! - lo);
    for (let i = j; i < n * size; i += size)
      into[i] = Math.min(1, Math.max(-1, (from[i]! - lo) * by - 1));
  }
}

/** Half of axis j's range: what 1 means in the environment's units. */
export function halfRange(space: Pick<BoxSpace, 'low' | 'high'>, j: number): number {
  return (space.high[j]! - space.low[j]!) / 2;
}

/** The last layer's outputs from [−1, 1] to the action space, folded into its weights; in place. */
export function toEnvironmentUnits(
  layers: Layer[],
  space: Pick<BoxSpace, 'low' | 'high'>,
): Layer[] {
  const last = layers[layers.length - 1]!;
  if (last.activation !== 'linear') {
    // The scale must come after the activation: a diagonal layer of its own.
    const { outputs } = last;
    const weights = new Float32Array(outputs * outputs);
    for (let j = 0; j < outputs; j++) weights[j * outputs + j] = 1;
    const bias = new Float32Array(outputs);
    layers.push({ inputs: outputs, outputs, activation: 'linear', weights, bias });
    return toEnvironmentUnits(layers, space);
  }
  for (let j = 0; j < last.outputs; j++) {
    const half = halfRange(space, j);
    for (let i = 0; i < last.inputs; i++) last.weights[i * last.outputs + j]! *= half;
    last.bias[j] = space.low[j]! + half * (1 + last.bias[j]!);
  }
  return layers;
}

/** What `toEnvironmentUnits` scaled, undone: copies whose last layer gives [−1, 1]. */
export function fromEnvironmentUnits(
  layers: readonly Layer[],
  space: Pick<BoxSpace, 'low' | 'high'>,
): Layer[] {
  const last = layers[layers.length - 1]!;
  const half = Array.from(last.bias, (_, j) => halfRange(space, j));
  const weights = last.weights.map((w, at) => w / half[at % last.outputs]!);
  const bias = last.bias.map((b, j) => (b - space.low[j]!) / half[j]! - 1);
  return [...layers.slice(0, -1), { ...last, weights, bias }];
}
