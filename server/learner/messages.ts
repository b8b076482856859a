/** How the learner thread talks to the server. */
import type { ActivationSnapshot } from '../../agent/activation/contract.ts';
import type {
  BackendName,
  Checkpoint,
  Feedback,
  GateSnapshot,
  Metrics,
  PolicySnapshot,
  Query,
  RiskSnapshot,
  Segment,
} from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import type { Asking } from '../../agent/queries/queries.ts';
import type { LearnedPerson } from '../../agent/reward/people.ts';
import type { LearnedModel, PredictedReward } from '../../agent/trainer/contract.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';

/**
 * Steps that rollouts may make before the learner has asked for any. Both sides start from it: rollouts
 * get it unasked, and the learner's first `credit` is what it needs beyond it.
 */
export const FIRST_CREDIT = 1500;

/** Most episodes that the server assumes the thread knows, until that says that it forgot one. */
export const KNOWN_EPISODES = 20_000;

export interface LearnerData {
  readonly module: string;
  readonly runId: string;
  readonly preset: string;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly environmentId: string;
  readonly environmentOptions: EnvironmentOptions;
  /** Transferred; the thread lets go of it once it is loaded. */
  checkpoint?: Checkpoint;
  /** The last feedback that is in it. */
  readonly feedbackSequence?: number;
}

export interface Excluded {
  readonly teacherIds: readonly string[];
  readonly feedbackIds: readonly string[];
}

export type LearnerCommand =
  | { readonly type: 'chunk'; readonly chunk: EpisodeChunk }
  /**
   * A whole episode for feedback to refer to, not to learn from as experience: one that is in the
   * checkpoint already, or a counterfactual, which never happened.
   */
  | { readonly type: 'recall'; readonly chunk: EpisodeChunk }
  /** There is no such episode: feedback about it need not wait. */
  | { readonly type: 'missing'; readonly episodeId: string }
  | { readonly type: 'feedback'; readonly sequence: number; readonly feedback: Feedback }
  /** `held`: queries that wait for an answer already; `how`: changes to the preset's way of asking. */
  | {
      readonly type: 'queries';
      readonly count: number;
      readonly held: number;
      readonly how?: Asking;
    }
  /** What these teachers said, and these pieces of feedback, are not fitted by the reward model; all else is. */
  | ({ readonly type: 'exclude' } & Excluded)
  | { readonly type: 'predict'; readonly tag: string; readonly segment: Segment }
  /** Answered by `model`: what it has learned by now. */
  | { readonly type: 'model' }
  /** Write a checkpoint there. */
  | { readonly type: 'save'; readonly draft: string; readonly last: boolean };

export interface LearnerCounts {
  readonly environmentSteps: number;
  readonly learnerUpdates: number;
  readonly rewardUpdates: number;
  readonly humanSteps: number;
  readonly labels: number;
}

export type LearnerEvent =
  | {
      readonly type: 'ready';
      readonly backend: { readonly name: BackendName; readonly reason: string };
      readonly counts: LearnerCounts;
    }
  | {
      readonly type: 'published';
      readonly snapshot: PolicySnapshot;
      /** When this policy asks for a person; of learners that ask, once they can. */
      readonly gate?: GateSnapshot;
      /** How likely something happens soon, once that is known. */
      readonly risk?: RiskSnapshot;
      /** When people are asked. */
      readonly activation?: ActivationSnapshot;
      readonly appliedFeedback: readonly string[];
      /** Nothing learns from it. */
      readonly unusedFeedback: readonly string[];
      /** Whose feedback is fitted no more; absent: as before. */
      readonly excluded?: readonly string[];
      /** What is fitted no more since it was rejected; told with them. */
      readonly rejected?: readonly string[];
    }
  | {
      readonly type: 'progress';
      readonly counts: LearnerCounts;
      readonly learning: boolean;
      readonly metrics: Metrics;
    }
  /** How people answer, as of this version of the reward model. */
  | { readonly type: 'people'; readonly people: readonly LearnedPerson[] }
  /** Rollouts may go on by this many steps. */
  | { readonly type: 'credit'; readonly steps: number; readonly counts: LearnerCounts }
  | { readonly type: 'queries'; readonly queries: readonly Query[] }
  /** Feedback waits for these, which it knew before. */
  | { readonly type: 'forgotten'; readonly episodeIds: readonly string[] }
  | {
      readonly type: 'predicted';
      readonly tag: string;
      readonly segment: Segment;
      readonly predicted: PredictedReward | undefined;
    }
  /** undefined: no reward is learned yet, or the preset learns none. */
  | { readonly type: 'model'; readonly model: LearnedModel | undefined }
  /** The draft asked for is written, or why not. */
  | {
      readonly type: 'checkpoint';
      readonly draft: string;
      /** Of its arrays. */
      readonly bytes: number;
      readonly error: string | undefined;
    };
