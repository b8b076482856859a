/**
 * HACO's second value (Li et al. 2022, eq. 6): the cost of being taken over. Paid at the start of a
 * takeover, 1 − cos(a_human, a_policy), and learned for the action the agent wanted; the actor avoids
 * it. (With a constant cost the agent learns to stand still: HACO's own ablation.)
 */
import type { Random } from '../../../sim/random.ts';
import type { Backend, Tensor } from '../../backend/backend.ts';
import { type Critics, type CriticsConfig, createCritics } from '../../nn/critics.ts';
import type { ReplayBatch } from '../../replay/replay.ts';
import { squaredErrors } from './critic-loss.ts';

export interface TakeoverCost {
  readonly critics: Critics;
  /** cost + γ d min C'(s', a') into `out` (n); `nextInput` is (s', a'). Inside a `tidy`. */
  targets(batch: ReplayBatch, nextInput: Tensor, gamma: number, out: Float32Array): void;
  /** Σ over critics of ½ mean (C(s, a_policy) − y)²; adds gradients. Inside a `tidy`. */
  loss(batch: ReplayBatch, y: Float32Array): number;
}

export function createTakeoverCost(
  backend: Backend,
  config: CriticsConfig,
  random: Random,
): TakeoverCost {
  const critics = createCritics(backend, config, random);
  return {
    critics,
    targets(batch, nextInput, gamma, out) {
      critics.targetMin(nextInput, batch.size, out);
      const costs = takeoverCosts(batch, config.actionSize, new Float32Array(batch.size));
      for (let i = 0; i < batch.size; i++)
        out[i] = costs[i]! + gamma * batch.discounts[i]! * out[i]!;
    },
    loss(batch, y) {
      const n = batch.size;
      const wanted = batch.policyActions; // whether it was executed or a person's was
      const passes = critics.forward(critics.input(batch.observations, wanted, n), n);
      const { loss, dQs } = squaredErrors(
        passes.map((pass) => pass.output),
        y,
        0.5,
      );
      for (const [c, pass] of passes.entries()) critics.nets[c]!.backward(pass, dQs[c]!);
      return loss;
    },
  };
}

/** What each row pays, into `out` (n). */
export function takeoverCosts(batch: ReplayBatch, k: number, out: Float32Array): Float32Array {
  for (let i = 0; i < batch.size; i++)
    out[i] = batch.takeoverStart[i] === 1 ? 1 - cosine(batch, i, k) : 0;
  return out;
}

/** cos of the angle between the person's and the agent's action; 1 when either is zero. */
function cosine(batch: ReplayBatch, row: number, k: number): number {
  let dot = 0;
  let a = 0;
  let b = 0;
  for (let at = row * k; at < (row + 1) * k; at++) {
    dot += batch.actions[at]! * batch.policyActions[at]!;
    a += batch.actions[at]! ** 2;
    b += batch.policyActions[at]! ** 2;
  }
  return a * b > 0 ? dot / Math.sqrt(a * b) : 1;
}
