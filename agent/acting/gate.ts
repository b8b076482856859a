/**
 * Whether the agent should call for a person at an observation, and whether it may take back control.
 * Beside the policy, and like it without TensorFlow; allocates nothing per step.
 */

import type { GateSnapshot } from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import { createNetwork, type Network } from './network.ts';

export interface Gate {
  /** Disagreement or value at (observation (d), policyAction (k, environment units)). */
  score(observation: Float32Array, policyAction: Float32Array): number;
  /** Estimated probability of reaching the goal; 1 without an estimate. */
  reach(observation: Float32Array, policyAction: Float32Array): number;
  shouldAsk(observation: Float32Array, policyAction: Float32Array): boolean;
  /** The person now does what the agent would do, from where it would do well. */
  mayHandBack(
    observation: Float32Array,
    policyAction: Float32Array,
    humanAction: Float32Array,
  ): boolean;
}

export function createGate(snapshot: GateSnapshot): Gate {
  const { kind, members, actionSpace, normaliser } = snapshot;
  const k = actionSpace.size;
  const first = members[0]?.[0]?.inputs ?? 0;
  const d = kind === 'value' ? first - k : first;
  const networks = members.map(createNetwork);
  const reachNetworks = (snapshot.reach?.members ?? []).map(createNetwork);
  /** Observation, then action; networks take what they need from the front. */
  const input = new Float64Array(d + k);
  const sums = new Float64Array(2 * k);
  const own = new Float32Array(k);
  const other = new Float32Array(k);

  function prepare(observation: Float32Array, policyAction: Float32Array): void {
    for (let i = 0; i < d; i++) {
      let value = observation[i]!;
      if (normaliser) {
        const { mean, invStd, clip } = normaliser;
        value = Math.min(clip, Math.max(-clip, (value - mean[i]!) * invStd[i]!));
      }
      input[i] = value;
    }
    scaleActions(actionSpace, policyAction, 1, own);
    for (let j = 0; j < k; j++) input[d + j] = own[j]!;
  }

  function run(network: Network): ArrayLike<number> {
    for (let i = 0; i < network.input.length; i++) network.input[i] = input[i]!;
    return network.run();
  }

  const gate: Gate = {
    score(observation, policyAction) {
      prepare(observation, policyAction);
      sums.fill(0);
      for (const network of networks) {
        const output = run(network);
        if (kind === 'value') {
          sums[0]! += output[0]!;
          continue;
        }
        for (let j = 0; j < k; j++) {
          sums[j]! += output[j]!;
          sums[k + j]! += output[j]! * output[j]!;
        }
      }
      const count = members.length;
      if (kind === 'value') return sums[0]! / count;
      let variance = 0;
      for (let j = 0; j < k; j++)
        variance += Math.max(0, sums[k + j]! / count - (sums[j]! / count) ** 2);
      return variance / k;
    },
    reach(observation, policyAction) {
      let smallest = 1;
      if (reachNetworks.length === 0) return smallest;
      prepare(observation, policyAction);
      for (const network of reachNetworks) smallest = Math.min(smallest, run(network)[0]!);
      return smallest;
    },
    shouldAsk: (observation, policyAction) =>
      gate.score(observation, policyAction) > snapshot.askAbove ||
      (snapshot.reach !== undefined &&
        gate.reach(observation, policyAction) < snapshot.reach.askBelow),
    mayHandBack(observation, policyAction, humanAction) {
      if (snapshot.reach && gate.reach(observation, policyAction) <= snapshot.reach.handBackAbove)
        return false;
      const { calmBelow } = snapshot;
      if (calmBelow !== undefined && gate.score(observation, policyAction) >= calmBelow)
        return false;
      scaleActions(actionSpace, policyAction, 1, own);
      scaleActions(actionSpace, humanAction, 1, other);
      let sum = 0;
      for (let j = 0; j < k; j++) sum += (own[j]! - other[j]!) ** 2;
      return sum / k < snapshot.handBackBelow;
    },
  };
  return gate;
}

/** The q-quantile of the first `count` values, by linear interpolation; NaN without values. */
export function quantile(values: Float32Array, count: number, q: number): number {
  const sorted = values.slice(0, count).sort();
  if (count === 0) return Number.NaN;
  const at = q * (count - 1);
  const below = Math.floor(at);
  const above = Math.min(count - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}
