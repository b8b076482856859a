/** How likely something happens soon if the policy does what it wants, beside the policy and without TensorFlow. */
import type { RiskSnapshot } from '../contract.ts';
import { sigmoid } from '../nn/gaussian.ts';
import { createGate } from './gate.ts';

export interface Risk {
  /** In (0, 1), at (observation (d), policyAction (k, environment units)). */
  at(observation: Float32Array, policyAction: Float32Array): number;
}

export function createRisk(snapshot: RiskSnapshot): Risk {
  const gate = createGate({ ...snapshot, kind: 'value', askAbove: 0, handBackBelow: 0 });
  return { at: (observation, policyAction) => sigmoid(gate.score(observation, policyAction)) };
}
