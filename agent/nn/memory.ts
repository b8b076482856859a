/** Flat arrays of a network that learns, all in the memory of the kernels that update them (simd/simd.ts). */
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import { type Adam, type AdamConfig, createAdam } from './adam.ts';
import { createMlp, type Mlp, type MlpConfig } from './mlp.ts';
import { layout } from './mlp-layers.ts';
import { createSimd, type Simd } from './simd/simd.ts';

export interface NetworkMemory {
  /** Undefined where the processor has no SIMD: the arrays are then ordinary ones. */
  readonly simd: Simd | undefined;
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** Parameters of a slowly moving copy, if there is to be one; else empty. */
  readonly target: Float32Array;
  readonly adam: Adam;
}

/** `size`: parameters of the network. */
export function createNetworkMemory(
  size: number,
  adam: Partial<AdamConfig>,
  withTarget = false,
): NetworkMemory {
  const lengths = [size, size, size, size, withTarget ? size : 0];
  const simd = createSimd(lengths);
  const arrays = simd?.arrays ?? lengths.map((length) => new Float32Array(length));
  const [parameters, gradients, m, v, target] = arrays as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const place = simd && { simd, m, v };
  return { simd, parameters, gradients, target, adam: createAdam(size, adam, place) };
}

/** A network and what updates it. */
export function createLearningMlp(
  backend: Backend,
  config: MlpConfig,
  adam: Partial<AdamConfig>,
  random: Random,
): { net: Mlp; adam: Adam } {
  const memory = createNetworkMemory(layout(config).size, adam);
  return { net: createMlp(backend, config, random, memory), adam: memory.adam };
}
