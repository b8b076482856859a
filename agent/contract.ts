/**
 * The learning contract: what is recorded, what people say about it, and what learns from it.
 * Arrays are flat, row-major Float32Arrays; `n` is steps, `d` observation size, `k` action size.
 */
import type { BoxSpace, EnvState } from '../sim/contract.ts';
import type { Metrics } from './metrics.ts';

export { type ActionSource, isPersons, SOURCE_CODE } from './action-source.ts';
export type { Metrics } from './metrics.ts';

// ---------------------------------------------------------------- experience

export type EpisodeEnd = 'terminated' | 'truncated' | 'aborted' | 'open';

/**
 * experience: it happened. counterfactual: what the policy would have done from a state of a takeover.
 * prediction: where its actions would have led from every step of one. recording: what a person drove to keep
 * or to discard. Only experience is learned from by itself; the others are there for feedback that names them.
 */
export type EpisodeOrigin = 'experience' | 'counterfactual' | 'prediction' | 'recording';

/**
 * One rollout in columns, with one more observation (and pose) than actions. It grows while it runs (`end: 'open'`).
 */
export interface Episode {
  readonly id: string;
  readonly runId: string;
  readonly environmentId: string;
  /** Hash of the environment's options and version: equal hashes replay bit-identically. */
  readonly configHash: string;
  readonly seed: number;
  /** Wall clock, ms since epoch. */
  readonly startedAt: number;
  readonly observationSize: number;
  readonly actionSize: number;
  /** Bodies in the pose stream. */
  readonly bodies: number;
  readonly length: number;
  readonly end: EpisodeEnd;
  readonly endReason?: string; // as `StepInfo` has it; absent while it runs, and in old files
  readonly origin: EpisodeOrigin;
  /** (length + 1, d) */
  readonly observations: Float32Array;
  /** What was executed, (length, k). */
  readonly actions: Float32Array;
  /** What the policy wanted at that state, (length, k). */
  readonly policyActions: Float32Array;
  /** SOURCE_CODE per step, (length). */
  readonly sources: Uint8Array;
  /** Version of the snapshot that acted, (length). */
  readonly policyVersions: Uint32Array;
  readonly envRewards: Float32Array;
  readonly costs: Float32Array;
  readonly discounts: Float32Array;
  /** 1 where the task counts as solved, (length). */
  readonly successes: Uint8Array;
  /** (length + 1, bodies * POSE_SIZE); empty when poses are not kept. */
  readonly poses: Float32Array;
  /** What the environment drew itself (`Environment.picture`), (length + 1); kept with the poses. */
  readonly pictures?: readonly Uint8Array[];
  /** (length + 1, 3): the agent's position, for paths; empty when not kept. */
  readonly positions: Float32Array;
  /** Sparse states to branch or rewind from, ascending by step. */
  readonly states: readonly { readonly step: number; readonly state: EnvState }[];
  /** Final task metrics (`StepInfo.metrics`) and episode sums (`return`, `cost`, `success`). */
  readonly summary: Readonly<Record<string, number>>;
  readonly speed?: number; // fastest real-time factor that people saw it at; absent: nobody did
  /** For a counterfactual or correction: where it branched off. */
  readonly branchOf?: { readonly episodeId: string; readonly step: number };
}

/** Steps [from, to) of an episode. */
export interface Segment {
  readonly episodeId: string;
  readonly from: number;
  readonly to: number;
}

// ---------------------------------------------------------------- queries and feedback

export type QueryKind = 'compare' | 'rank' | 'rate' | 'correct' | 'demonstrate' | 'approve';

/** What a teacher is asked. Segments are listed in the order shown (left to right). */
export interface Query {
  readonly id: string;
  readonly runId: string;
  readonly kind: QueryKind;
  readonly segments: readonly Segment[];
  /** Which strategy chose it, and its score there. */
  readonly strategy: string;
  readonly score: number;
  /** Policy version it asks about; it expires when behaviour has moved on. */
  readonly policyVersion: number;
  /** ms since epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** It expires earlier once this many more episodes have ended; absent: it does not. */
  readonly expiresAfterEpisodes?: number;
  /** To be asked before all others: about behaviour that may be gaming its reward. */
  readonly urgent?: boolean;
}

export type PreferenceChoice = 'a' | 'b' | 'equal' | 'incomparable' | 'skip';

/** Fields of every feedback event. Times are ms since epoch (client clock for shown/answered). */
export interface FeedbackBase {
  /** Made by the client, so that a retry is idempotent. */
  readonly id: string;
  readonly runId: string;
  readonly teacherId: string;
  readonly queryId?: string;
  /** Token of the assignment under which the person was given the query. */
  readonly lease?: number;
  readonly shownAt: number;
  readonly answeredAt: number;
  /** Set by the server. */
  readonly receivedAt: number;
  readonly responseMs: number; // answeredAt − shownAt
}

export type FeedbackBody =
  | {
      readonly kind: 'reward';
      readonly episodeId: string;
      readonly step: number;
      readonly value: number;
    }
  | {
      readonly kind: 'preference';
      readonly a: Segment;
      readonly b: Segment;
      readonly choice: PreferenceChoice;
      /** How much better, in (0, 1]; default 1. */
      readonly strength?: number;
      readonly reason?: string;
    }
  | {
      readonly kind: 'ranking';
      readonly segments: readonly Segment[];
      /** Rank per segment, 0 = best; equal numbers tie. */
      readonly order: readonly number[];
    }
  | {
      readonly kind: 'rating';
      readonly segment: Segment;
      /** Integer in [0, scale). */
      readonly score: number;
      readonly scale: number;
    }
  | {
      readonly kind: 'override';
      readonly episodeId: string;
      readonly from: number;
      readonly to: number;
      /** Of the executed action that was the person's, where they shared it with the policy: in (0, 1). */
      readonly share?: number;
      readonly counterfactual?: Segment;
      /** Per step of the takeover, in order: where the agent's own action there, held, would have led. */
      readonly predictions?: readonly Segment[];
    }
  /** What an override in the log lacked when it was written: what would have happened without it. */
  | (Segment & {
      readonly kind: 'counterfactual';
      readonly overrideId: string;
      readonly counterfactual: Segment;
      readonly predictions?: readonly Segment[];
    })
  | { readonly kind: 'correction'; readonly segment: Segment; readonly corrected: Segment }
  | { readonly kind: 'demonstration'; readonly segment: Segment }
  | {
      readonly kind: 'approval';
      /** Absent: it was asked on a live simulation, before the step of `segment`. */
      readonly queryId?: string;
      readonly segment?: Segment;
      readonly decision: 'allow' | 'deny' | 'replace';
      readonly action?: readonly number[];
    }
  | { readonly kind: 'estop'; readonly episodeId: string; readonly step: number }
  | {
      readonly kind: 'critique';
      readonly episodeId: string;
      readonly from: number;
      readonly to: number;
      /** In [-1, 1]. */
      readonly value: number;
      readonly tag?: string;
    }
  | { readonly kind: 'retraction'; readonly feedbackId: string; readonly reason?: string };

/** One piece of feedback, asked for or not. The log of feedback is append-only; undo is a `retraction`. */
export type Feedback = FeedbackBase & FeedbackBody;
export type FeedbackKind = FeedbackBody['kind'];

// ---------------------------------------------------------------- acting

export type Activation = 'linear' | 'relu' | 'tanh' | 'leaky-relu';
export type BackendName = 'onnx' | 'native' | 'wasm' | 'cpu';

export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** (inputs, outputs), row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A policy as plain numbers; `agent/acting/policy.ts` runs it without TensorFlow. The network's output is the
 * action mean (k), followed by the log standard deviations (k) when `logStd` is 'network'.
 */
export interface PolicySnapshot {
  /** Grows by one at every publication; 0 is the untrained policy. */
  readonly version: number;
  readonly layers: readonly Layer[];
  readonly logStd: Float32Array | 'network' | 'deterministic';
  /** observation' = clip((observation − mean) · invStd, ±clip); absent: identity. */
  readonly normaliser?: {
    readonly mean: Float32Array;
    readonly invStd: Float32Array;
    readonly clip: number;
  };
  /** tanh: squashed, then scaled to the action space; none: clipped to it. */
  readonly squash: 'tanh' | 'none';
  readonly actionSpace: Pick<BoxSpace, 'low' | 'high' | 'size'>;
}

/** Acts from a snapshot. */
export interface Policy {
  readonly version: number;
  /** Writes an action (k) for one observation (d): the mean, or a sample. */
  act(observation: Float32Array, out: Float32Array, mode: 'mean' | 'sample'): void;
  setSnapshot(snapshot: PolicySnapshot): void;
}

/**
 * When the agent itself asks for a person and when it may take back control, as plain numbers;
 * `agent/acting/gate.ts` evaluates it beside the policy.
 */
export interface GateSnapshot {
  /**
   * disagreement: variance over members' actions (mean over axes, actions scaled to [-1, 1]);
   * value: mean over members of a value of (observation, action in [-1, 1]).
   */
  readonly kind: 'disagreement' | 'value';
  readonly members: readonly (readonly Layer[])[];
  readonly normaliser?: PolicySnapshot['normaliser'];
  readonly actionSpace: Pick<BoxSpace, 'low' | 'high' | 'size'>;
  /** Ask when the score is above this. */
  readonly askAbove: number;
  /** Hand back when mean squared difference of the person's and the agent's action is below this. */
  readonly handBackBelow: number;
  /** Hand back only when the score is below this too; absent: whatever it is. */
  readonly calmBelow?: number;
  /**
   * Estimated probability of reaching the goal, smallest over members, of (observation, action in
   * [-1, 1]): ask below one threshold, hand back only above the other.
   */
  readonly reach?: {
    readonly members: readonly (readonly Layer[])[];
    readonly askBelow: number;
    readonly handBackAbove: number;
  };
}

/**
 * How likely something happens soon if the policy does what it wants, as plain numbers; `agent/acting/risk.ts`
 * evaluates it beside the policy. Learned by the risk head (`agent/risk/`).
 */
export interface RiskSnapshot {
  /** Grows by one at every publication, from 1. */
  readonly version: number;
  /** Log-odds of (observation, action in [-1, 1]); their mean over members is calibrated. */
  readonly members: readonly (readonly Layer[])[];
  readonly normaliser?: PolicySnapshot['normaliser'];
  readonly actionSpace: Pick<BoxSpace, 'low' | 'high' | 'size'>;
}

// ---------------------------------------------------------------- learning

/** Everything a learner must know of an environment. */
export interface EnvironmentSpec {
  readonly environmentId: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: BoxSpace;
  readonly controlDt: number;
}

/**
 * Flat weights and counters; `meta` is JSON. What `save` writes `load` restores exactly. Arrays are copies: nobody else
 * refers to their buffers, unless they are saved in place.
 */
export interface Checkpoint {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

export interface SaveOptions {
  /** Large arrays are views of what goes on changing: for who has read them before anything else happens (default false). */
  readonly inPlace?: boolean;
}

/** A batch in columns, (n, ·). Buffers belong to the caller. */
export interface TransitionBatch {
  readonly size: number;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly policyActions: Float32Array;
  readonly sources: Uint8Array;
  /** Learned or environment reward, as the preset says. */
  readonly rewards: Float32Array;
  readonly discounts: Float32Array;
  readonly nextObservations: Float32Array;
}

/** Where a learner or reward model finds the episodes that feedback refers to. */
export interface EpisodeSource {
  get(episodeId: string): Episode | undefined;
}

/**
 * Updates the policy. One file per learner under `agent/learners/`. Every method is there: a learner
 * without rounds, a gate or critics takes those methods from `plainLearner` (learners/parts/plain.ts).
 */
export interface Learner {
  /** New steps [from, to) of an episode; columns are copied. */
  observe(episode: Episode, from: number, to: number): void;
  /**
   * Feedback of any kind; returns whether the policy learns from it directly, that is without a
   * reward model (takeovers of imitating learners, live rewards of TAMER …), a retry included.
   */
  feedback(feedback: Feedback, episodes: EpisodeSource): boolean;
  /** One gradient update, or undefined while there is too little data. */
  update(): Metrics | undefined;
  /**
   * Before anything is learned: do as this policy does, of the same spaces.
   * @throws RangeError naming what of it the learner cannot hold, and what it could
   */
  start(policy: PolicySnapshot): void;
  /** Current policy; the caller, who publishes it, chooses `version`. */
  snapshot(version: number): PolicySnapshot;
  /** Replace rewards by those of a new reward-model version, `budget` rows per call; true when done, as a learner without rewards is at once. */
  relabel(model: RewardModel, budget: number): boolean;
  /**
   * On-policy learners: version of the reward model that rewarded the steps it learns from now.
   * undefined: all of its rewards are of the version that `relabel` last completed.
   */
  rewardModelVersion(): number | undefined;
  /** When to ask for a person; undefined while unknown, and for learners that never ask. */
  gate(): GateSnapshot | undefined;
  /**
   * On-policy learners: steps of the present policy still missing from the round; 0 while it learns from
   * them. undefined: it takes steps of any policy.
   */
  stepsNeeded(): number | undefined;
  /** New random critics, as PEBBLE has after its unsupervised start; nothing without critics. */
  resetCritics(): void;
  /** Of the experience that it keeps; what does not grow with the run does not count. */
  bytes(): ExperienceBytes;
  save(options?: SaveOptions): Checkpoint;
  load(checkpoint: Checkpoint): void;
  dispose(): void;
}

export interface ExperienceBytes {
  readonly used: number;
  /** Allocated, but never written to: it takes no memory yet. */
  readonly spare: number;
}

/** Learned reward, from all feedback. */
export interface RewardModel {
  /** Grows when predictions change in a way that asks for relabelling. */
  readonly version: number;
  /** Normalised ensemble mean per step; observations (n, d), actions (n, k), out (n). */
  predict(observations: Float32Array, actions: Float32Array, n: number, out: Float32Array): void;
  /** Standard deviation over members per step, out (n). */
  disagreement(
    observations: Float32Array,
    actions: Float32Array,
    n: number,
    out: Float32Array,
  ): void;
  feedback(feedback: Feedback, episodes: EpisodeSource): void;
  /** Some gradient steps on all rows; undefined while there is nothing to fit. */
  update(): Metrics | undefined;
  /** Held-out accuracy with noise ceiling, log-likelihood, ECE, counts per type. */
  report(): Metrics;
  save(): Checkpoint;
  load(checkpoint: Checkpoint): void;
  dispose(): void;
}
