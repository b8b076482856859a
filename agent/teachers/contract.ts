/** Synthetic teachers: what they are asked, and what they say. */
import type { Memory } from '../../sim/contract.ts';
import type { Episode, EpisodeSource, FeedbackBody, Query } from '../contract.ts';

/** A synthetic teacher who answers queries; gives the same Feedback as people. */
export interface PreferenceTeacher {
  readonly kind: 'preference';
  /** What it has learned and its random stream; absent: nothing. */
  readonly memory?: Memory;
  /** Answers a compare query from true rewards. */
  answer(query: Query, episodes: EpisodeSource): Extract<FeedbackBody, { kind: 'preference' }>;
  /** Seconds from query to answer, during which training goes on; default 0. */
  readonly delaySeconds?: number;
  /** Answers a compare, rank or rate query; undefined: the teacher declines. */
  reply?(query: Query, episodes: EpisodeSource): FeedbackBody | undefined;
  /** Sees every finished episode of training, asked about or not, to learn what is usual. */
  watch?(episode: Episode): void;
}

export interface ScalarTeacher {
  readonly kind: 'scalar';
  readonly memory?: Memory;
  /** Called after every step; returns a value in [-1, 1] about `step`, or undefined. */
  observe(episode: Episode, step: number): { step: number; value: number } | undefined;
}

/** Decides before every step who acts. */
export interface OverrideTeacher {
  readonly kind: 'override';
  readonly memory?: Memory;
  /** Called at the start of an episode. */
  reset(seed: number): void;
  /**
   * Given what the policy wants at the environment's current state; writes the teacher's action to
   * `out` and returns true to take (or keep) control.
   */
  intervene(policyAction: Float32Array, out: Float32Array): boolean;
}
