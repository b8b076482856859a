/**
 * ThriftyDAgger's risk critic (Hoque et al. 2021, eq. 4): the probability that the policy reaches the
 * goal from (s, a), twins, learned by temporal differences from solved steps (value 1).
 */
import type { Random } from '../../../sim/random.ts';
import type { Backend } from '../../backend/backend.ts';
import { type Critics, createCritics } from '../../nn/critics.ts';
import type { ReplayBatch } from '../../replay/replay.ts';
import { squaredErrors } from './critic-loss.ts';

/** Discount and share of solved steps per batch, as in the authors' code. */
const GAMMA = 0.9999;
export const SOLVED_SHARE = 0.1;
const TAU = 0.005;

export interface Reach {
  readonly critics: Critics;
  /** Solved: 1; else γ d min Q'(s', π(s')), kept in [0, 1]. `nextActions` (n, k) in [−1, 1]. */
  targets(batch: ReplayBatch, nextActions: Float32Array, out: Float32Array): void;
  /** Σ over the twins of mean (Q(s, a) − y)²; adds gradients. */
  loss(batch: ReplayBatch, y: Float32Array): number;
  /** Adam step, then targets move. */
  descend(): void;
}

export function createReach(
  backend: Backend,
  shape: { observationSize: number; actionSize: number; hidden: readonly number[] },
  learningRate: number,
  random: Random,
): Reach {
  const critics = createCritics(
    backend,
    { ...shape, count: 2, layerNorm: false, adam: { learningRate } },
    random,
  );
  return {
    critics,
    targets(batch, nextActions, out) {
      const n = batch.size;
      backend.tf.tidy(() => {
        critics.targetMin(critics.input(batch.nextObservations, nextActions, n), n, out);
      });
      for (let i = 0; i < n; i++) {
        const later = GAMMA * batch.discounts[i]! * Math.min(1, Math.max(0, out[i]!));
        out[i] = batch.successes[i] === 1 ? 1 : later;
      }
    },
    loss(batch, y) {
      const n = batch.size;
      let loss = 0;
      backend.tf.tidy(() => {
        const passes = critics.forward(critics.input(batch.observations, batch.actions, n), n);
        const errors = squaredErrors(
          passes.map((pass) => pass.output),
          y,
          1,
        );
        for (const [c, pass] of passes.entries()) critics.nets[c]!.backward(pass, errors.dQs[c]!);
        loss = errors.loss;
      });
      return loss;
    },
    descend() {
      critics.descend();
      critics.updateTargets(TAU);
    },
  };
}
