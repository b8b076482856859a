/** Which policy of a run has learned from which feedback. Ids and versions alone. */
import type { Feedback } from '../../agent/contract.ts';

/** A policy that was published, and what it has learned from first. */
export interface Published {
  readonly version: number;
  /** Ids of feedback that no earlier one had. */
  readonly applied: readonly string[];
  /** Ids of feedback that nothing learns from. */
  readonly unused: readonly string[];
  /** Whose feedback is fitted no more from this one on; absent: as before. */
  readonly excluded?: readonly string[];
  /** Of others, ids of what is fitted no more since it was rejected; told with `excluded`. */
  readonly rejected?: readonly string[];
  /** Of a learner that has just started, maybe from an older checkpoint: later policies of before are forgotten. */
  readonly isFirst: boolean;
  /** ms since epoch. */
  readonly time: number;
}

/** Feedback that a policy has learned from. */
export interface UsedFeedback {
  readonly feedbackId: string;
  readonly sequence: number;
  readonly kind: Feedback['kind'];
  readonly teacherId: string;
  /** The first that has. */
  readonly version: number;
  /** When that was published, ms since epoch. */
  readonly usedAt: number;
  /** Of a retraction: what it takes back. */
  readonly retracts?: string;
}

/** Feedback of which no policy is known to have learned. */
export interface UnusedFeedback {
  readonly feedback: Feedback;
  readonly sequence: number;
  /** `told`: the learner has it and learns nothing from it; `waiting`: it is not in a policy yet; `before`: not noted then. */
  readonly state: 'told' | 'waiting' | 'before';
}

export interface Exclusion {
  /** From this policy on, until that of the next exclusion. */
  readonly version: number;
  readonly teacherIds: readonly string[];
  readonly feedbackIds: readonly string[];
}

export interface LineageStorage {
  notePublished(runId: string, published: Published): Promise<void>;
  /** In the order of the log, retractions among them. */
  usedFeedback(runId: string): Promise<UsedFeedback[]>;
  /** In the order of the log, without retractions and what completes other feedback. */
  unusedFeedback(runId: string): Promise<UnusedFeedback[]>;
  /** Labels that a policy has learned from, and the newest policy that has from something new. */
  usedTotals(runId: string): Promise<{ readonly labels: number; readonly newest: number | null }>;
  /** Ids of feedback that was taken back. */
  retractedFeedback(runId: string): Promise<string[]>;
  /** Oldest first. */
  exclusions(runId: string): Promise<Exclusion[]>;
}
