/** What HTTP routes answer: the server writes it, and the page reads it. Times are ms since epoch. */
import type { FeedbackKind, Segment } from '../../agent/contract.ts';

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
  /** A person drove it to keep or to discard it. */
  readonly recording?: true;
  readonly startedAt: number;
  readonly humanSteps: number;
  readonly summary: Readonly<Record<string, number>>;
}

/** Of `/api/episodes/:id/recording`. */
export interface RecordingReply {
  /** A person drove it to keep or to discard it. */
  readonly isRecording: boolean;
  /** Where it began; null: with a new episode. */
  readonly branchOf: { readonly episodeId: string; readonly step: number } | null;
  /** What this person has kept it as; null: nothing. */
  readonly feedbackId: string | null;
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

/** What somebody wrote about steps [from, to) of an episode. */
export interface CommentReply extends Pick<Segment, 'from' | 'to'> {
  readonly id: string;
  /** The first of its thread; null: it is the first. */
  readonly replyTo: string | null;
  /** Name, where they have an account. */
  readonly by: string;
  /** Empty: its person was erased. */
  readonly text: string;
  readonly at: number;
  /** Of the first of a thread; null: it is open. */
  readonly resolvedBy: string | null;
}

/** A new run, as a form was filled in. */
export interface RunWanted {
  readonly environment: string;
  readonly preset: string;
  readonly seed: number;
  /** Changes by name (`options.horizon`, `learner.gamma`), as texts. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface TrainingWanted extends RunWanted {
  readonly teacher: string;
  /** Environment steps. */
  readonly steps: number;
  /** Answers that the teachers give. */
  readonly labels: number;
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

/** A run that goes on here, with pages of its own. */
export interface OpenRunRow {
  readonly id: string;
  readonly state: 'opening' | 'open' | 'stopping';
  /** What the server began with: it ends with the server. */
  readonly isFirst: boolean;
  /** Where its page is, relative to the page that asks. */
  readonly address: string;
}

/** A run that was begun, and where its pages are, from the page that asked. */
export interface BegunRun {
  readonly id: string;
  readonly address: string;
}

export interface OpenRunList {
  /** As many may be open at once beside the first; 0: none can be opened from the page. */
  readonly most: number;
  /** The first before the others. */
  readonly runs: readonly OpenRunRow[];
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
  /** The answer about it; null: it is of behaviour, which nobody was asked about. */
  readonly feedbackId: string | null;
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
  /** The model that is promoted, and its policy; null: none is. */
  readonly promoted: { readonly model: string; readonly version: number } | null;
}

/** Why a model may be promoted, or may not. */
export interface PromotionCondition {
  /** `labels`: enough of them; `coin`: better than guessing; `promoted`: not worse than the promoted one. */
  readonly name: 'labels' | 'coin' | 'promoted';
  readonly isMet: boolean;
  /** Labels that it takes at these rates; 0: none; null: more would not help. */
  readonly missing: number | null;
}

/** A share of labels with its 95 % interval. */
export interface JudgedShare {
  readonly right: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** What a model is judged by before it may be promoted: comparisons that people decided and it was not fitted to. */
export interface PromotionGate {
  readonly passes: boolean;
  readonly conditions: readonly PromotionCondition[];
  readonly labels: number;
  /** People who gave them. */
  readonly people: number;
  /** null: there are no labels. */
  readonly accuracy: JudgedShare | null;
  /** The promoted one on the same labels, and how much more often the proposed one is right; null: there is none. */
  readonly against:
    | (JudgedShare & {
        readonly model: string;
        readonly difference: {
          readonly value: number;
          readonly low: number;
          readonly high: number;
        };
      })
    | null;
  /** By so much it may be worse, at most. */
  readonly margin: number;
}

/** `waiting`: proposed, not approved; `former`: another one was promoted since; `rolled-back`: it was taken back. */
export type ModelState = 'waiting' | 'promoted' | 'former' | 'rolled-back';

/** A version of policy and reward model that is kept, and what became of it. Times are ms since epoch. */
export interface ModelReply {
  readonly id: string;
  /** SHA-256 of its bytes. */
  readonly hash: string;
  readonly policyVersion: number;
  readonly rewardVersion: number;
  readonly state: ModelState;
  readonly gate: PromotionGate;
  /** Means of the newest episodes by the time it was proposed, where they are known. */
  readonly figures: Readonly<Partial<Record<'return' | 'success' | 'learned-return', number>>>;
  /** Ids of people, and names where they have accounts. */
  readonly proposedBy: string;
  readonly proposedAt: number;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  readonly rolledBackBy: string | null;
  readonly rolledBackAt: number | null;
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

/** How long a class of records is kept, and how much of it is due. Times are ms since epoch. */
export interface RetentionRuleReply {
  readonly name: 'sign-ins' | 'words' | 'episodes' | 'answers';
  /** null: without limit. */
  readonly days: number | null;
  /** While it is there nothing of the class goes. */
  readonly hold: {
    readonly reason: string;
    readonly actor: string;
    readonly since: number;
  } | null;
  /** How many go with the next sweep, and when the server starts next. */
  readonly due: number;
  readonly waiting: number;
  /** How many stay although they are older, by why. */
  readonly held: readonly { readonly why: string; readonly count: number }[];
}

export interface RetentionReply {
  readonly rules: readonly RetentionRuleReply[];
  /** Newest first; `removed`: how many, by class. */
  readonly sweeps: readonly {
    readonly id: string;
    readonly at: number;
    readonly actor: string;
    readonly removed: Readonly<Partial<Record<RetentionRuleReply['name'], number>>>;
    readonly held: number;
  }[];
}

/** Whether a model answers comparisons in people's place. Times are ms since epoch. */
export interface AutomationReply {
  readonly isOn: boolean;
  /** Share of its answers that has to be right; null: nothing was asked of any. */
  readonly target: number | null;
  /** Share that people are asked nevertheless; null: it is off. */
  readonly audit: number | null;
  /** Held-out comparisons by people now, at the next look, and how many that is more. */
  readonly labels: number;
  readonly next: number | null;
  readonly missing: number | null;
  readonly looks: number;
  /** By models, in all. */
  readonly answers: number;
  /** What holds now. */
  readonly certificate: {
    readonly id: string;
    readonly at: number;
    readonly rewardVersion: number;
    /** Least confidence, and what held-out answers showed at or above it. */
    readonly threshold: number;
    readonly labels: number;
    readonly lower: number;
    readonly answers: number;
    readonly audits: { readonly asked: number; readonly answered: number; readonly right: number };
  } | null;
  /** The last one that was taken back. */
  readonly withdrawn: {
    readonly id: string;
    readonly at: number;
    readonly why: 'audit' | 'bound' | 'replaced' | 'changed';
  } | null;
}

/** Of `/api/teaching`. A name is null where this person may not know it: all others together. */
export interface TeachingReply {
  readonly people: readonly {
    readonly name: string | null;
    /** Of the answers, none counts now. */
    readonly isPaused: boolean;
    readonly count: number;
    readonly said: readonly {
      readonly kind: FeedbackKind;
      readonly count: number;
      /** What the newest is about; null: no episode, or not told. */
      readonly newest: { readonly episodeId: string; readonly step: number } | null;
    }[];
  }[];
  /** The newest ten, newest first. */
  readonly takeovers: readonly {
    readonly name: string | null;
    readonly episodeId: string;
    readonly from: number;
    /** Steps that the person drove. */
    readonly steps: number;
    /** Steps of the agent before it, since the takeover before it in the episode or its beginning. */
    readonly before: number;
    readonly at: number;
  }[];
}
