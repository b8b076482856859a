/** Adam, fused over one flat array per network (Kingma & Ba 2015; AdamW's decoupled decay). */
import type { Checkpoint } from '../contract.ts';
import type { Simd } from './simd/simd.ts';

export interface AdamConfig {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay per step, times the learning rate (Loshchilov & Hutter 2019). */
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm; Infinity: never. */
  readonly maxGradientNorm: number;
}

export const adamDefaults: AdamConfig = {
  learningRate: 3e-4,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  maxGradientNorm: Number.POSITIVE_INFINITY,
};

export interface Adam {
  /**
   * One step in place; returns the gradient's norm before clipping (NaN when nothing is clipped: it
   * is not worth a pass). Gradients are left as they are.
   */
  step(parameters: Float32Array, gradients: Float32Array, learningRate?: number): number;
  /** Forget moments and count. */
  reset(): void;
  save(into: SavedArrays, name: string): void;
  load(from: Checkpoint['arrays'], name: string): void;
}

export type SavedArrays = Record<string, Float32Array>;

/** Moments, and the kernels whose memory they lie in, as do then parameters and gradients. */
export interface AdamPlace {
  readonly simd: Simd;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** `size`: parameters it optimises. With a `place`, steps are taken by kernels, several times faster. */
export function createAdam(
  size: number,
  config: Partial<AdamConfig> = {},
  place?: AdamPlace,
): Adam {
  const c = { ...adamDefaults, ...config };
  const m = place?.m ?? new Float32Array(size);
  const v = place?.v ?? new Float32Array(size);
  let t = 0;

  return {
    step(parameters, gradients, learningRate = c.learningRate) {
      const norm = Number.isFinite(c.maxGradientNorm)
        ? gradientNorm(gradients, place?.simd)
        : Number.NaN;
      const clip = norm > c.maxGradientNorm ? c.maxGradientNorm / norm : 1;
      t++;
      // m̂/(√v̂ + ε) with both bias corrections folded into the step size and ε.
      const correction = Math.sqrt(1 - c.beta2 ** t);
      const rate = (learningRate * correction) / (1 - c.beta1 ** t);
      const epsilon = c.epsilon * correction;
      const decay = 1 - learningRate * c.weightDecay;
      const { beta1, beta2 } = c;
      if (place) {
        const rates = { rate1: 1 - beta1, rate2: 1 - beta2, rate };
        place.simd.adam(parameters, gradients, m, v, { clip, ...rates, epsilon, decay });
        return norm;
      }
      for (let i = 0; i < size; i++) {
        const g = gradients[i]! * clip;
        const mi = beta1 * m[i]! + (1 - beta1) * g;
        const vi = beta2 * v[i]! + (1 - beta2) * g * g;
        m[i] = mi;
        v[i] = vi;
        parameters[i] = parameters[i]! * decay - (rate * mi) / (Math.sqrt(vi) + epsilon);
      }
      return norm;
    },
    reset() {
      m.fill(0);
      v.fill(0);
      t = 0;
    },
    save(into, name) {
      into[`${name}/m`] = m.slice();
      into[`${name}/v`] = v.slice();
      into[`${name}/t`] = Float32Array.of(t % 65536, Math.floor(t / 65536));
    },
    load(from, name) {
      restore(from, `${name}/m`, m);
      restore(from, `${name}/v`, v);
      const count = from[`${name}/t`]!;
      t = count[0]! + count[1]! * 65536;
    },
  };
}

export function gradientNorm(gradients: Float32Array, simd?: Simd): number {
  if (simd) return Math.sqrt(simd.squares(gradients));
  let sum = 0;
  for (let i = 0; i < gradients.length; i++) sum += gradients[i]! * gradients[i]!;
  return Math.sqrt(sum);
}

/**
 * Copy a saved array into a live one.
 * @throws RangeError when it is missing or of another length, naming both.
 */
export function restore(from: Checkpoint['arrays'], name: string, into: Float32Array): void {
  const saved = from[name];
  if (!saved) throw new RangeError(`checkpoint.${name}: is missing`);
  if (saved.length !== into.length) {
    throw new RangeError(
      `checkpoint.${name}: has ${saved.length} numbers, expected ${into.length}`,
    );
  }
  into.set(saved);
}

/** target ← (1 − τ) target + τ source (Lillicrap et al. 2016); with `simd` both lie in its memory. */
export function polyak(target: Float32Array, source: Float32Array, tau: number, simd?: Simd): void {
  if (simd) {
    simd.polyak(target, source, tau);
    return;
  }
  for (let i = 0; i < target.length; i++) target[i]! += tau * (source[i]! - target[i]!);
}
