/** The critics' losses, shared by the learners that have critics. */
import type { Critics } from '../../nn/critics.ts';
import type { ReplayBatch } from '../../replay/replay.ts';
import type { OffPolicyConfig } from './fields.ts';
import { type ProxyWeights, proxyLoss } from './human-terms.ts';

/**
 * Σ over critics of `weight` · mean (Q − y)², and its gradient with respect to every Q, one (n) per critic.
 * Rows marked in `leaveOut` have no part in it.
 */
export function squaredErrors(
  qs: readonly Float32Array[],
  y: Float32Array,
  weight: number,
  leaveOut?: Uint8Array,
): { loss: number; dQs: Float32Array[] } {
  const n = y.length;
  let loss = 0;
  const dQs = qs.map((q) => {
    const dQ = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      if (leaveOut?.[i] === 1) continue;
      const error = q[i]! - y[i]!;
      loss += (weight * error * error) / n;
      dQ[i] = (2 * weight * error) / n;
    }
    return dQ;
  });
  return { loss, dQs };
}

type CriticWeights = ProxyWeights &
  Pick<OffPolicyConfig, 'stopTdAtTakeover'> & { readonly tdWeight: number };

/**
 * Temporal differences, Σ over critics of tdWeight · mean (Q(s, a) − y)², and the terms of people's steps
 * (human-terms.ts). Adds the gradients to the networks; also returns the values of the first critic, (n).
 * Inside a `tidy`.
 */
export function criticLoss(
  critics: Critics,
  batch: ReplayBatch,
  y: Float32Array,
  weights: CriticWeights,
): { loss: number; q: Float32Array } {
  const n = batch.size;
  const passes = critics.forward(critics.input(batch.observations, batch.actions, n), n);
  const qs = passes.map((pass) => pass.output);
  const leaveOut = weights.stopTdAtTakeover ? batch.takeoverStart : undefined;
  const { loss, dQs } = squaredErrors(qs, y, weights.tdWeight, leaveOut);
  const human = proxyLoss(critics, batch, qs, weights, dQs);
  for (const [c, pass] of passes.entries()) critics.nets[c]!.backward(pass, dQs[c]!);
  return { loss: loss + human, q: qs[0]! };
}
