/**
 * A Gaussian with a deviation that does not depend on the state, as policy gradients learn it. Actions are
 * recorded clipped, so likelihoods are those of the clipped Gaussian (nn/censored.ts).
 */
import type { BoxSpace } from '../../../sim/contract.ts';
import type { Random } from '../../../sim/random.ts';
import type { Backend } from '../../backend/backend.ts';
import type { PolicySnapshot } from '../../contract.ts';
import { halfRange, toEnvironmentUnits } from '../../nn/actions.ts';
import { type Adam, type AdamConfig, createAdam } from '../../nn/adam.ts';
import { censoredLikelihood } from '../../nn/censored.ts';
import { descend } from '../../nn/fit.ts';
import { createLearningMlp } from '../../nn/memory.ts';
import type { Mlp } from '../../nn/mlp.ts';
import { network, numbers, type States } from './checkpoint.ts';

export interface GaussianPolicy {
  /** Means (k), actions in [−1, 1]. */
  readonly net: Mlp;
  readonly logStd: Float32Array;
  readonly logStdGradient: Float32Array;
  /** log π of the action that begins at `at`, under the mean that begins at `meanAt`. */
  logProb(actions: Float32Array, at: number, means: Float32Array, meanAt: number): number;
  /** Gradient of `weight` · log π: written to `dMeans` at `meanAt`, added to `logStdGradient`. */
  gradient(
    weight: number,
    actions: Float32Array,
    at: number,
    means: Float32Array,
    meanAt: number,
    dMeans: Float32Array,
  ): void;
  /** `loss` − `weight` · Σ log σ, which is the entropy but for a constant; adds its gradient. */
  withEntropyBonus(loss: number, weight: number): number;
  /** One step of Adam on what was collected. */
  descend(): void;
  /** Drops what was collected. */
  forget(): void;
  snapshot(): Omit<PolicySnapshot, 'version'>;
  readonly states: States;
}

/** Orthogonal, as policy gradients start; a small `outputGain` makes a policy that first does nothing. */
export function createOrthogonal(
  backend: Backend,
  sizes: readonly number[],
  outputGain: number,
  adam: Partial<AdamConfig>,
  random: Random,
): { net: Mlp; adam: Adam } {
  const initialiser = { kind: 'orthogonal', gain: Math.SQRT2, outputGain } as const;
  return createLearningMlp(backend, { sizes, activation: 'tanh', initialiser }, adam, random);
}

/** `adam.maxGradientNorm` holds for the network alone. */
export function createGaussianPolicy(
  backend: Backend,
  sizes: readonly number[],
  actionSpace: BoxSpace,
  initialLogStd: number,
  adam: Partial<AdamConfig>,
  random: Random,
): GaussianPolicy {
  const k = actionSpace.size;
  const { net, adam: netAdam } = createOrthogonal(backend, sizes, 0.01, adam, random);
  const logStd = new Float32Array(k).fill(initialLogStd);
  const logStdGradient = new Float32Array(k);
  const logStdAdam = createAdam(k, { ...adam, maxGradientNorm: Number.POSITIVE_INFINITY });
  const likelihood = { logProb: 0, dMean: 0, dLogStd: 0 };

  return {
    net,
    logStd,
    logStdGradient,
    logProb(actions, at, means, meanAt) {
      let sum = 0;
      for (let j = 0; j < k; j++) {
        censoredLikelihood(actions[at + j]!, means[meanAt + j]!, logStd[j]!, likelihood);
        sum += likelihood.logProb;
      }
      return sum;
    },
    gradient(weight, actions, at, means, meanAt, dMeans) {
      for (let j = 0; j < k; j++) {
        censoredLikelihood(actions[at + j]!, means[meanAt + j]!, logStd[j]!, likelihood);
        dMeans[meanAt + j] = weight * likelihood.dMean;
        logStdGradient[j]! += weight * likelihood.dLogStd;
      }
    },
    withEntropyBonus(loss, weight) {
      let sum = loss;
      for (let j = 0; j < k; j++) {
        sum -= weight * logStd[j]!;
        logStdGradient[j]! -= weight;
      }
      return sum;
    },
    descend() {
      descend(net, netAdam);
      logStdAdam.step(logStd, logStdGradient);
      logStdGradient.fill(0);
    },
    forget() {
      net.gradients.fill(0);
      logStdGradient.fill(0);
    },
    snapshot: () => ({
      layers: toEnvironmentUnits(net.layers(), actionSpace),
      logStd: logStd.map((s, j) => s + Math.log(halfRange(actionSpace, j))),
      squash: 'none',
      actionSpace,
    }),
    states: { policy: network(net, netAdam), logStd: numbers(logStd, logStdAdam) },
  };
}
