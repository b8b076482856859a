/** What HTTP routes answer: the server writes it, and the page reads it. Times are ms since epoch. */
import type { Segment } from '../../agent/contract.ts';

export type { Segment };

/** What is known of a stored episode without opening it. */
export interface EpisodeReply {
  readonly id: string;
  readonly seed: number;
  readonly length: number;
  readonly end: string;
  /** Of the environment; absent where it was not kept. */
  readonly endReason?: string;
  readonly live: boolean;
  readonly startedAt: number;
  readonly humanSteps: number;
  readonly summary: Readonly<Record<string, number>>;
}

/** Of steps that follow each other. */
export interface StepColumns {
  readonly actions: readonly (readonly number[])[];
  readonly policyActions: readonly (readonly number[])[];
  /** 0: the policy acted. */
  readonly sources: readonly number[];
  readonly policyVersions: readonly number[];
  readonly rewards: readonly number[];
  readonly costs: readonly number[];
}

export interface TrainingWanted {
  readonly environment: string;
  readonly preset: string;
  readonly teacher: string;
  /** Environment steps. */
  readonly steps: number;
  /** Answers that the teachers give. */
  readonly labels: number;
  readonly seed: number;
  /** Changes by name (`options.horizon`, `learner.gamma`), as texts. */
  readonly settings: Readonly<Record<string, string>>;
}

/** `stopped`: saved, and may go on; `failed`: `said` says why. */
export type TrainingState = 'running' | 'stopping' | 'stopped' | 'done' | 'failed';

export interface Training {
  /** Also of its folder: `t-1a2b3c4d`. */
  readonly name: string;
  readonly wanted: TrainingWanted;
  readonly state: TrainingState;
  readonly startedAt: number;
  /** The training whose checkpoint it goes on from. */
  readonly branchOf?: string;
  /** What it said last, where it failed. */
  readonly said?: string;
}

export interface TrainingList {
  /** As many may run at once; 0: none may be started from the page. */
  readonly most: number;
  /** Newest first. */
  readonly trainings: readonly Training[];
}

export interface Kpi {
  readonly id: string;
  readonly title: string;
  /** null: too little is known. */
  readonly value: number | null;
  /** 95 % interval, where there is one. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly state: 'good' | 'bad' | 'unknown';
  /** What it is made of. */
  readonly basis: string;
  /** What to do; empty: nothing. */
  readonly advice: string;
}

export interface KpiClip extends Segment {
  readonly feedbackId: string;
}

export interface KpiAlert {
  readonly id: string;
  readonly message: string;
  readonly advice: string;
  /** Whose answers it is about; null: of several people. */
  readonly teacherId: string | null;
  /** Newest last. */
  readonly clips: readonly KpiClip[];
}

/** A segment on the map of behaviour. */
export interface Place {
  readonly segment: Segment;
  /** Along the two directions in which the segments differ most, in standard deviations of the first. */
  readonly x: number;
  readonly y: number;
  /** Sum of the environment's reward. */
  readonly reward: number;
  /** Sum of the learned reward; null: there is none yet. */
  readonly learned: number | null;
}

export interface BehaviourMap {
  readonly places: readonly Place[];
  /** Share of all variance that the two directions have. */
  readonly explained: number;
}

export interface LineageSummary<Reason extends string = string> {
  /** Labels of the log. */
  readonly accepted: number;
  readonly used: number;
  /** By why no policy has learned from it. */
  readonly unused: Readonly<Record<Reason, number>>;
  /** The newest policy that has learned something new; null: none has. */
  readonly newest: number | null;
  /** Answers that were erased after the model had learned from them, and since which policy; null: not known. */
  readonly erased: { readonly feedback: number; readonly since: number | null } | null;
}

/**
 * - `disputed`: people disagree, and nobody has decided;
 * - `new`: nobody has looked at it, newest first;
 * - `decided`: newest decision first.
 */
export const REVIEW_SHOWS = ['disputed', 'new', 'decided'] as const;
export type ReviewShow = (typeof REVIEW_SHOWS)[number];

/**
 * - `accept`: it counts, and was looked at;
 * - `fix`: the reviewer's own answer counts in its place;
 * - `ask-again`: it counts no more, and somebody is asked the same;
 * - `remove`: it counts no more;
 * - `undo`: as if nobody had decided about it.
 */
export const REVIEW_VERDICTS = ['accept', 'fix', 'ask-again', 'remove', 'undo'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];
