/** What a learner answers that has no rewards, rounds, gate or critics; others replace what they have. */
import type { Learner } from '../../contract.ts';

export const plainLearner = {
  relabel: () => true,
  rewardModelVersion: () => undefined,
  gate: () => undefined,
  stepsNeeded: () => undefined,
  resetCritics: () => {},
  bytes: () => ({ used: 0, spare: 0 }),
} as const satisfies Partial<Learner>;
