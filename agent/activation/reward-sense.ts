/** The published reward model beside the policy, without TensorFlow: what it predicts of one step, and how sure it is. */
import { createNetwork } from '../acting/network.ts';
import { scaleActions } from '../nn/actions.ts';
import { scaleRows } from '../reward/reference.ts';
import type { RewardSnapshot } from './contract.ts';

export interface RewardSense {
  /** Normalised mean over members, and their standard deviation, of the latest step. */
  readonly mean: number;
  readonly deviation: number;
  /** observation (d), action (k, environment units). */
  look(observation: Float32Array, action: Float32Array): void;
}

export function createRewardSense({ scale, members, actionSpace }: RewardSnapshot): RewardSense {
  const networks = members.map(({ layers }) => createNetwork(layers));
  const k = actionSpace.size;
  const width = scale.mean.length - scale.squared;
  const row = new Float32Array(width);
  const input = new Float32Array(scale.mean.length);
  const action = new Float32Array(k);
  const now = {
    mean: Number.NaN,
    deviation: Number.NaN,
    look(observation: Float32Array, wanted: Float32Array): void {
      scaleActions(actionSpace, wanted, 1, action);
      row.set(observation);
      row.set(action, width - k);
      scaleRows(row, 0, 1, width, scale, input, 0);
      let sum = 0;
      let squares = 0;
      for (let m = 0; m < networks.length; m++) {
        const { zero, inverseStd } = members[m]!;
        networks[m]!.input.set(input);
        const reward = (networks[m]!.run()[0]! - zero) * inverseStd;
        sum += reward;
        squares += reward * reward;
      }
      now.mean = sum / networks.length;
      now.deviation = Math.sqrt(Math.max(0, squares / networks.length - now.mean * now.mean));
    },
  };
  return now;
}
