/** What a preset is: a named configuration of a learner, a reward model and query selection. */
import { type Config, config, field, number, whole } from '../../sim/config.ts';
import type { ActivationRules } from '../activation/contract.ts';
import type { FeedbackKind } from '../contract.ts';
import type { BcConfig } from '../learners/bc.ts';
import type { CoachConfig } from '../learners/coach.ts';
import type { DaggerConfig } from '../learners/dagger.ts';
import type { PplConfig } from '../learners/ppl.ts';
import type { PpoConfig } from '../learners/ppo.ts';
import type { ReinsConfig } from '../learners/reins.ts';
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
  | { readonly kind: 'reins'; readonly config: Partial<ReinsConfig> }
  | { readonly kind: 'td3'; readonly config: Partial<Td3Config> }
  | { readonly kind: 'ppo'; readonly config: Partial<PpoConfig> }
  | { readonly kind: 'bc'; readonly config: Partial<BcConfig> }
  | { readonly kind: 'dagger'; readonly config: Partial<DaggerConfig> }
  | { readonly kind: 'ppl'; readonly config: Partial<PplConfig> }
  | { readonly kind: 'tamer'; readonly config: Partial<TamerConfig> }
  | { readonly kind: 'coach'; readonly config: Partial<CoachConfig> };

/** How the trainer spends its time. */
export const schedulerSchema = config({
  updatesPerStep: field(number(0, 1000), 1, 'Learner updates per environment step observed.'),
  mostOwed: field(
    number(0, Number.POSITIVE_INFINITY),
    500,
    'Most updates that are outstanding: when the learner is slower than the actors, the rest is dropped.',
  ),
  rewardEveryLabels: field(
    number(0, Number.POSITIVE_INFINITY),
    10,
    'A reward session starts after this much new feedback, …',
  ),
  rewardEverySteps: field(
    number(0, Number.POSITIVE_INFINITY),
    500,
    '… or this many environment steps after the last, if there is any.',
  ),
  relabelRows: field(whole(1, 1e9), 4096, 'Replay rows relabelled per slice.'),
  unsupervisedSteps: field(
    number(0, Number.POSITIVE_INFINITY),
    0,
    'PEBBLE’s start: steps with the entropy of visited states as reward, until there is a reward model.',
  ),
  resetUpdates: field(
    whole(0, 1e6),
    100,
    'Updates after that start, when critics begin anew (PEBBLE: 100).',
  ),
  explorationBonus: field(
    number(0, 1e6),
    0,
    'RUNE (Liang et al. 2022): disagreement added to the reward, weight · (1 − decay)^step; 0: off.',
  ),
  explorationDecay: field(number(0, 1), 1e-5, 'Decay of that bonus per step.'),
  averagingRate: field(
    number(0, 1),
    0,
    'The acting policy is an average of the learner’s, moved by this share every 10 updates; 0: off.',
  ),
});
export type SchedulerConfig = Config<typeof schedulerSchema>;

export interface Preset extends PresetInfo {
  readonly learner: LearnerChoice;
  /** Absent: no reward model. */
  readonly reward?: Partial<RewardConfig>;
  readonly queries?: Partial<QueryConfig>;
  readonly scheduler?: Partial<SchedulerConfig>;
  /** When people are asked. */
  readonly activation?: Partial<ActivationRules>;
}
