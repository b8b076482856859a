/** A deterministic policy with actions in [−1, 1], as those learn that imitate or climb a value. */
import type { BoxSpace } from '../../../sim/contract.ts';
import type { Random } from '../../../sim/random.ts';
import type { Backend } from '../../backend/backend.ts';
import type { PolicySnapshot } from '../../contract.ts';
import { createMlp, type Mlp } from '../../nn/mlp.ts';
import type { LayersConfig } from '../../nn/mlp-layers.ts';

export function tanhLayers(sizes: readonly number[]): LayersConfig {
  return { sizes, activation: 'relu', outputActivation: 'tanh' };
}

export function createTanhActor(
  backend: Backend,
  sizes: readonly number[],
  random: Random,
  arrays?: Pick<Mlp, 'parameters' | 'gradients'>,
): Mlp {
  return createMlp(backend, tanhLayers(sizes), random, arrays);
}

/** `noise`: standard deviation of what is added before the tanh, so that it never leaves the space; 0: none. */
export function tanhSnapshot(
  actor: Mlp,
  actionSpace: BoxSpace,
  noise: number,
): Omit<PolicySnapshot, 'version'> {
  const layers = actor.layers();
  const output = layers.pop()!;
  return {
    layers: [...layers, { ...output, activation: 'linear' }],
    logStd: noise > 0 ? new Float32Array(actionSpace.size).fill(Math.log(noise)) : 'deterministic',
    squash: 'tanh',
    actionSpace,
  };
}
