/** What a learner publishes for its rules of activation: only what they read. */
import type { Random } from '../../sim/random.ts';
import type { EnvironmentSpec, Episode } from '../contract.ts';
import { checkpointOf, ifSaved, part, type State } from '../learners/parts/checkpoint.ts';
import { leavesOf } from './config.ts';
import type { ActivationRules, ActivationSnapshot, RewardSnapshot } from './contract.ts';
import { createFamiliarSample } from './familiar.ts';

export interface ActivationSource {
  observe(episode: Episode, from: number, to: number): void;
  snapshot(): ActivationSnapshot;
  readonly state: State | undefined;
}

/** `reward`: the published model; absent: none is learned. */
export function createActivationSource(
  rules: ActivationRules,
  spec: EnvironmentSpec,
  random: Random,
  reward?: { readonly version: number; snapshot(): RewardSnapshot },
): ActivationSource {
  const leaves = leavesOf(rules);
  const readsReward = leaves.has('disagreement') || leaves.has('rewardJump');
  const sample = leaves.has('novelty')
    ? createFamiliarSample(spec.observationSpace.size, random)
    : undefined;
  return {
    observe: (episode, from, to) => sample?.observe(episode, from, to),
    snapshot() {
      const familiar = sample?.snapshot();
      const isLearned = readsReward && reward !== undefined && reward.version > 0;
      return {
        rules,
        ...(isLearned ? { reward: reward.snapshot() } : {}),
        ...(familiar ? { familiar } : {}),
      };
    },
    state: sample && ifSaved(part(checkpointOf(sample.states))),
  };
}
