/** Losses on the steps that a person acted, shared by the off-policy learners. */
import { SOURCE_CODE } from '../../contract.ts';
import type { Critics } from '../../nn/critics.ts';
import { sigmoid, softplus } from '../../nn/gaussian.ts';
import type { ReplayBatch } from '../../replay/replay.ts';
import type { OffPolicyConfig } from './fields.ts';

type ImitationWeights = Pick<OffPolicyConfig, 'bcWeight' | 'preferenceWeight' | 'preferenceBeta'>;

/**
 * Behaviour cloning, ‖μ − a_human‖², and preference of a person's action over the agent's,
 * −log σ(β log π(a_human) − β log π(a_policy)) with log π(a) = −‖a − μ‖² (PPL, eq. 4). Means over
 * the batch's rows with an imitation target, which is a_human. `mu` (n, k) are the policy's actions; adds dLoss/dμ to `dMu`.
 */
export function imitationLoss(
  batch: ReplayBatch,
  mu: Float32Array,
  weights: ImitationWeights,
  dMu: Float32Array,
): number {
  const { bcWeight, preferenceWeight, preferenceBeta: beta } = weights;
  const rows = countOf(batch.hasImitationTarget);
  if (rows === 0 || (bcWeight === 0 && preferenceWeight === 0)) return 0;
  const k = mu.length / batch.size;
  let loss = 0;
  for (let i = 0; i < batch.size; i++) {
    if (batch.hasImitationTarget[i] === 0) continue;
    let toHuman = 0;
    let toPolicy = 0;
    for (let at = i * k; at < (i + 1) * k; at++) {
      toHuman += (mu[at]! - batch.imitationTargets[at]!) ** 2;
      toPolicy += (mu[at]! - batch.policyActions[at]!) ** 2;
    }
    const z = beta * (toPolicy - toHuman);
    loss += (bcWeight * toHuman + preferenceWeight * softplus(-z)) / rows;
    const dZ = (-preferenceWeight * sigmoid(-z)) / rows;
    for (let at = i * k; at < (i + 1) * k; at++) {
      dMu[at]! += (2 * bcWeight * (mu[at]! - batch.imitationTargets[at]!)) / rows;
      dMu[at]! += dZ * 2 * beta * (batch.imitationTargets[at]! - batch.policyActions[at]!);
    }
  }
  return loss;
}

export type ProxyWeights = Pick<
  OffPolicyConfig,
  'proxyWeight' | 'proxyValue' | 'conservativeWeight'
>;

/**
 * PVP4Real's per-sample proxy values, (Q(s, a_human) − B)² + (Q(s, a_policy) + B)², and HACO's
 * conservative term −(Q(s, a_human) − Q(s, a_policy)), on human rows; means over the batch. (PVP's own
 * code masks a batch mean instead, which also pulls steps without a correction: a defect.)
 * Adds the part of a_human to `dQs`, one (n) per critic, for the caller's backward pass over the
 * batch; does the backward pass of a_policy itself. Inside a `tidy`.
 */
export function proxyLoss(
  critics: Critics,
  batch: ReplayBatch,
  qs: readonly Float32Array[],
  weights: ProxyWeights,
  dQs: readonly Float32Array[],
): number {
  const { proxyWeight, proxyValue, conservativeWeight } = weights;
  const humans = countHuman(batch);
  if (humans === 0 || (proxyWeight === 0 && conservativeWeight === 0)) return 0;
  const n = batch.size;
  const novice = gatherHuman(batch, humans);
  const passes = critics.forward(
    critics.input(novice.observations, novice.policyActions, humans),
    humans,
  );
  let loss = 0;
  for (const [c, pass] of passes.entries()) {
    const q = qs[c]!;
    const dQ = dQs[c]!;
    for (let i = 0; i < n; i++) {
      if (batch.human[i] === 0) continue;
      loss += (proxyWeight * (q[i]! - proxyValue) ** 2 - conservativeWeight * q[i]!) / n;
      dQ[i]! += (2 * proxyWeight * (q[i]! - proxyValue) - conservativeWeight) / n;
    }
    const dNovice = new Float32Array(humans);
    for (let i = 0; i < humans; i++) {
      const qn = pass.output[i]!;
      loss += (proxyWeight * (qn + proxyValue) ** 2 + conservativeWeight * qn) / n;
      dNovice[i] = (2 * proxyWeight * (qn + proxyValue) + conservativeWeight) / n;
    }
    critics.nets[c]!.backward(pass, dNovice);
  }
  return loss;
}

/** The agent acted row `i` and no takeover claims it; a takeover that was taken back is neither's. */
export const isOwn = (batch: ReplayBatch, i: number): boolean =>
  batch.human[i] === 0 && batch.sources[i] === SOURCE_CODE.policy;

export const countHuman = (batch: ReplayBatch): number => countOf(batch.human);

function countOf(marks: Uint8Array): number {
  let count = 0;
  for (const mark of marks) count += mark;
  return count;
}

/** Observations and the agent's own actions of the batch's human rows. */
export function gatherHuman(
  batch: ReplayBatch,
  humans: number,
): { observations: Float32Array; actions: Float32Array; policyActions: Float32Array } {
  const d = batch.observations.length / batch.size;
  const k = batch.actions.length / batch.size;
  const observations = new Float32Array(humans * d);
  const actions = new Float32Array(humans * k);
  const policyActions = new Float32Array(humans * k);
  let row = 0;
  for (let i = 0; i < batch.size; i++) {
    if (batch.human[i] === 0) continue;
    observations.set(batch.observations.subarray(i * d, (i + 1) * d), row * d);
    actions.set(batch.actions.subarray(i * k, (i + 1) * k), row * k);
    policyActions.set(batch.policyActions.subarray(i * k, (i + 1) * k), row * k);
    row++;
  }
  return { observations, actions, policyActions };
}
