/** What a preset is: a named configuration of a learner, a reward model and query selection. */
import type { FeedbackKind } from '../contract.ts';
import type { BcConfig } from '../learners/bc.ts';
import type { CoachConfig } from '../learners/coach.ts';
import type { DaggerConfig } from '../learners/dagger.ts';
import type { PplConfig } from '../learners/ppl.ts';
import type { PpoConfig } from '../learners/ppo.ts';
import type { SacConfig } from '../learners/sac.ts';
import type { TamerConfig } from '../learners/tamer.ts';
import type { Td3Config } from '../learners/td3.ts';
import type { QueryConfig } from '../queries/config.ts';
import type { RewardConfig } from '../reward/config.ts';

/** Networks small enough for a laptop's processor; the papers use 256 to 1024 units. */
export const HIDDEN = [128, 128];

export interface PresetInfo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Authors and year of what it is an implementation of. */
  readonly paper: string;
  /** Where it is not what the paper (or its authors' code) does; empty: nowhere that is known. */
  readonly deviations: readonly string[];
  /** Feedback it learns from; empty: the environment's reward. */
  readonly needs: readonly FeedbackKind[];
}

export type LearnerChoice =
  | { readonly kind: 'sac'; readonly config: Partial<SacConfig> }
  | { readonly kind: 'td3'; readonly config: Partial<Td3Config> }
  | { readonly kind: 'ppo'; readonly config: Partial<PpoConfig> }
  | { readonly kind: 'bc'; readonly config: Partial<BcConfig> }
  | { readonly kind: 'dagger'; readonly config: Partial<DaggerConfig> }
  | { readonly kind: 'ppl'; readonly config: Partial<PplConfig> }
  | { readonly kind: 'tamer'; readonly config: Partial<TamerConfig> }
  | { readonly kind: 'coach'; readonly config: Partial<CoachConfig> };

/** How the trainer spends its time. */
export interface SchedulerConfig {
  /** Learner updates per environment step observed. */
  readonly updatesPerStep: number;
  /** Updates owed at most: when the learner is slower than the actors, the rest is dropped. */
  readonly mostOwed: number;
  /** A reward session starts after this much new feedback … */
  readonly rewardEveryLabels: number;
  /** … or this many environment steps after the last, if there is any. */
  readonly rewardEverySteps: number;
  /** Replay rows relabelled per slice. */
  readonly relabelRows: number;
  /**
   * PEBBLE's start: at least this many steps with the entropy of visited states as reward, and until a
   * reward model exists; then everything is relabelled and critics start anew, …
   */
  readonly unsupervisedSteps: number;
  /** … with so many updates before the next step (100 in PEBBLE's code). */
  readonly resetUpdates: number;
  /** RUNE (Liang et al. 2022): disagreement added to the reward, weight · (1 − decay)^step; 0: off. */
  readonly explorationBonus: number;
  readonly explorationDecay: number;
  /** The policy that acts is an average of the learner's, moved by this share every 10 updates; 0: off. */
  readonly averagingRate: number;
}

export const schedulerDefaults: SchedulerConfig = {
  updatesPerStep: 1,
  mostOwed: 500,
  rewardEveryLabels: 10,
  rewardEverySteps: 500,
  relabelRows: 4096,
  unsupervisedSteps: 0,
  resetUpdates: 100,
  explorationBonus: 0,
  explorationDecay: 1e-5,
  averagingRate: 0,
};

export interface Preset extends PresetInfo {
  readonly learner: LearnerChoice;
  /** Absent: no reward model. */
  readonly reward?: Partial<RewardConfig>;
  readonly queries?: Partial<QueryConfig>;
  readonly scheduler?: Partial<SchedulerConfig>;
}
