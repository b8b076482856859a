/** What drives a preset: the learner thread and `reins train` know it by this alone. */
import type { ActivationSnapshot } from '../activation/contract.ts';
import type {
  BackendName,
  Checkpoint,
  Episode,
  EpisodeSource,
  Feedback,
  GateSnapshot,
  Metrics,
  PolicySnapshot,
  Query,
  RewardModel,
  RiskSnapshot,
  SaveOptions,
  Segment,
} from '../contract.ts';
import type { Graph } from '../graphs/graph.ts';
import type { Asking } from '../queries/queries.ts';
import type { LearnedPerson } from '../reward/people.ts';
import type { HeldOutComparison, PublishedReward } from '../reward/published.ts';

/** Learned reward of steps, (n), and how far the ensemble's members are apart there: their standard deviation, (n). */
export interface PredictedReward {
  readonly rewards: Float32Array;
  readonly disagreements: Float32Array;
}

/** What a run has learned, and the labels that it can be judged on. */
export interface LearnedModel {
  readonly policy: PolicySnapshot;
  readonly reward: PublishedReward;
  readonly heldOut: readonly HeldOutComparison[];
}

/**
 * A preset put together: learner + reward model + query selection. What the learner thread and
 * `reins train` drive. Synchronous; time and randomness come in as arguments.
 */
export interface Trainer {
  readonly preset: string;
  /** What it computes with, and why. */
  readonly backend: { readonly name: BackendName; readonly reason: string };
  /** A new episode, or more steps of one that is known: steps [from, to) are new. */
  observe(episode: Episode, from: number, to: number): void;
  /** What is about steps that it does not have teaches nothing. */
  feedback(feedback: Feedback): void;
  /** Whether it has that episode; old ones are forgotten. */
  knows(episodeId: string): boolean;
  /**
   * What these teachers say and said, and these pieces of feedback, are not fitted by the reward model from now on;
   * the others are again.
   */
  exclude(teacherIds: readonly string[], feedbackIds?: readonly string[]): void;
  /** One slice of work (reward-model and/or policy updates, relabelling); undefined when there is nothing to do. */
  update(): Metrics | undefined;
  /** Queries worth asking now, best first; none before an unsupervised start is over. `held`: how many wait already; `how` changes the preset's. */
  nextQueries(count: number, now: number, held?: number, how?: Asking): Query[];
  snapshot(): PolicySnapshot;
  /** When the agent asks for a person; undefined while unknown, and for presets that never ask. */
  gate(): GateSnapshot | undefined;
  /** How likely something happens soon; undefined while unknown, and for presets without a risk head. */
  risk(): RiskSnapshot | undefined;
  /** When people are asked, and what it takes to know. */
  activation(): ActivationSnapshot;
  /** The learner's: undefined where steps of any policy will do. */
  stepsNeeded(): number | undefined;
  /**
   * Increments the version and returns the snapshot, with ids of the feedback that is newly in it, and of what
   * came since the last one and nothing learns from.
   */
  publish(): { snapshot: PolicySnapshot; appliedFeedback: string[]; unusedFeedback: string[] };
  /** Learned reward per step of a segment, for timelines and clips; undefined without a reward model. */
  predictReward(segment: Segment): PredictedReward | undefined;
  /** Learned reward of any rows, and the same as a graph for a file; undefined while there is none. */
  rewardModel(): Pick<RewardModel, 'predict' | 'disagreement'> | undefined;
  rewardGraph(): Graph | undefined;
  /** Policy and reward model as they are now, apart from what goes on learning; undefined while no reward is learned. */
  model(): LearnedModel | undefined;
  /** How each person who compared clips answers; none without a reward model. */
  people(): LearnedPerson[];
  counts(): {
    environmentSteps: number;
    learnerUpdates: number;
    rewardUpdates: number;
    humanSteps: number;
    labels: number;
  };
  report(): Metrics;
  save(options?: SaveOptions): Checkpoint;
  /** `episodes`: with the steps of all that the checkpoint names it goes on exactly as if it had never stopped. */
  load(checkpoint: Checkpoint, episodes?: EpisodeSource): void;
  dispose(): void;
}
