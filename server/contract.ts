/** A run, as viewers and operators use it; `run.ts` makes one. */
import type { BackendName, Episode, Feedback, PolicySnapshot, Segment } from '../agent/contract.ts';
import type { LearnedPerson } from '../agent/reward/people.ts';
import type { LearnedModel, PredictedReward } from '../agent/trainer/contract.ts';
import type { ActorLink, Troubles } from './actors/link.ts';
import type { Driver, EnvironmentFacts, LiveCommand, LiveEvent } from './actors/messages.ts';
import type { Sensed } from './actors/sense-again.ts';
import type {
  ClientFeedback,
  EpisodeSummary,
  ErrorCode,
  MetricsPoint,
  OversightMode,
  QueueReport,
  RecordFrom,
  ReviewShow,
  ServerMessage,
} from './protocol/index.ts';
import type { Run, Storage } from './storage/contract.ts';
import type { Gold } from './storage/quality-contract.ts';
import type { Review } from './storage/reviews-contract.ts';
import type { Log } from './threads/log.ts';

/** Episodes kept unless asked otherwise. */
export const KEEP_EPISODES = 1000;

export interface RunOptions {
  readonly run: Run;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly rollouts: number;
  /** Live simulations; one. */
  readonly lives?: number | undefined;
  /** Episodes kept on disk beside those that feedback names. */
  readonly keepEpisodes: number;
  /** How many people are asked each query. */
  readonly overlap: Overlap;
  readonly quality: QualityRules;
  /** Whether a certified model answers what it is sure of; absent: people answer everything. */
  readonly automation?: AutomationRules | undefined;
  /** It drives, and nothing learns. */
  readonly policy?: StillPolicy | undefined;
  /** Actors on other machines; absent: none. */
  readonly remote?: ((troubles: Troubles) => Promise<ActorLink>) | undefined;
  readonly storage: Storage;
  readonly log: Log;
}

/** A finished policy that drives as it is. */
export interface StillPolicy {
  readonly snapshot: PolicySnapshot;
  /** Of its file. */
  readonly name: string;
  /** Id of the environment that it was trained on. */
  readonly trainedOn: string;
  /** Nothing is kept: people only look on. */
  readonly isWatched: boolean;
}

/** How many people are asked each query, each for themselves; one more where they disagree. */
export interface Overlap {
  readonly people: number;
  /** Share of the queries that so many are asked; the others go to one person. */
  readonly share: number;
}

/** When a model may answer in people's place. */
export interface AutomationRules {
  /** Share of its answers that has to be right, as people's held-out answers show with 95 % certainty, in (0.5, 1). */
  readonly target: number;
  /** Share of what it could answer that people are asked nevertheless, without being told. */
  readonly audit: number;
}

/** How answers of people are watched. Nothing of it is seen while all are 0. */
export interface QualityRules {
  /** Share of a person's questions whose answer is known. */
  readonly gold: number;
  /** Share that they have answered before, with the sides swapped. */
  readonly repeats: number;
  /** Share that make triads of clips that they have compared. */
  readonly triads: number;
  /** Questions with a known answer that everybody begins with. */
  readonly quiz: number;
  /** Share of the longer clip that somebody has to have seen before they answer. */
  readonly minView: number;
}

export const NO_RULES: QualityRules = { gold: 0, repeats: 0, triads: 0, quiz: 0, minView: 0 };

/** What viewers hear. */
export interface RunListener {
  message(message: ServerMessage): void;
  frame(buffer: ArrayBuffer): void;
  /** The episode of a live simulation moved to another scene. */
  scene(live: number, sceneId: number, seed: number): void;
}

export type { Driver } from './actors/messages.ts';

/** A live simulation, as people see and drive it. */
export interface LiveHandle {
  readonly state: LiveState | undefined;
  /** Steps of the open episode so far. */
  readonly step: number;
  /** The newest frame: while it is paused, no other follows. */
  readonly picture: ArrayBuffer | undefined;
  readonly holder: Driver | undefined;
  /** Who records there. */
  readonly recorder: Driver | undefined;
  /** `by`: the person who asked for it. */
  send(command: LiveCommand, by?: string): void;
  /** False while somebody else drives. */
  takeControl(driver: Driver): boolean;
  /** The driver on another connection than this, if there is one. */
  otherDriver(sessionId: string): Driver | undefined;
}

/** A page whose person answers queries. */
export interface Asker {
  readonly viewer: string;
  readonly teacherId: string;
  /** Queries that the person wants to hold at once. */
  readonly count: number;
  message(message: ServerMessage): void;
}

/** What is known of how somebody answers, and whether their answers count. */
export interface PersonStanding {
  readonly state: 'quiz' | 'active' | 'paused';
  /** Of the last decision about them; null: there was none. */
  readonly reason: string | null;
  readonly actor: string | null;
  /** ms since epoch. */
  readonly since: number | null;
  /** Answers to questions whose answer is known: at the beginning (of so many), and between the others. */
  readonly quiz: { readonly n: number; readonly right: number; readonly of: number };
  readonly gold: { readonly n: number; readonly right: number };
  /** Questions that were asked again with the sides swapped, and how many were answered as before. */
  readonly repeats: { readonly n: number; readonly right: number };
  /** Log-likelihood ratio of somebody good to a coin; at −2.944 they are paused. */
  readonly ratio: number;
  /** Share of their newest answers that came too fast; null: nothing is known. */
  readonly fast: number | null;
}

export interface WatchHandle {
  /** What the reward model has learned of somebody; undefined: nothing yet. */
  learned(teacherId: string): LearnedPerson | undefined;
  of(teacherId: string): PersonStanding;
  /** Everybody of whom anything is known. */
  readonly people: readonly string[];
  readonly gold: readonly (Gold & {
    readonly answered: { readonly n: number; readonly trusted: number; readonly right: number };
  })[];
  /** Answers of the person count no more, and their questions are asked of others. @returns how many answers */
  pause(teacherId: string, reason: string, actor: string): Promise<number>;
  /** They count again as they did. @returns how many answers */
  resume(teacherId: string, reason: string, actor: string): Promise<number>;
  /**
   * A comparison on which people agree is gold from now on. @returns its id
   * @throws RunError where they do not, or no gold is asked
   */
  agreeOnGold(queryId: string, actor: string): Promise<string>;
  /** Nobody is asked it any more. False: there is no such gold that was asked still. */
  retireGold(id: string, why: string, actor: string): Promise<boolean>;
}

/** Answers to the same clips. */
export interface ReviewCase {
  readonly queryId: string;
  readonly kind: Feedback['kind'];
  readonly segments: readonly Segment[];
  /** Those that count disagree, and none was accepted. */
  readonly isDisputed: boolean;
  readonly answers: readonly {
    readonly feedbackId: string;
    readonly teacherId: string;
    readonly verdict: string;
    /** ms since epoch. */
    readonly answeredAt: number;
    readonly responseMs: number;
    readonly counts: boolean;
    /** The newest decision about it; null: none, or it was undone. */
    readonly review: Review | null;
  }[];
}

export interface ReviewRequest extends Omit<Review, 'runId' | 'at'> {
  /** Of a fix. */
  readonly choice?: 'a' | 'b' | 'equal' | undefined;
}

export interface ReviewHandle {
  list(show: ReviewShow, limit: number): Promise<ReviewCase[]>;
  /** Resolves once it is on disk. @throws RunError with a code */
  decide(request: ReviewRequest): Promise<void>;
}

export type QueueCounts = Omit<QueueReport, 'waiting' | 'holds'>;

export type LiveState = Extract<LiveEvent, { type: 'state' }>;

export interface RunHandle {
  readonly run: Run;
  readonly facts: EnvironmentFacts;
  /** All threads work. */
  readonly isHealthy: boolean;
  readonly backend: { readonly name: BackendName; readonly reason: string };
  /** By their numbers, at least one. */
  readonly lives: readonly LiveHandle[];
  readonly learner: 'starting' | 'warming-up' | 'learning' | 'idle' | 'restarting' | 'still';
  readonly counts: {
    environmentSteps: number;
    learnerUpdates: number;
    humanSteps: number;
    labels: number;
  };
  /** Steps that the learner allows and no actor has made yet. */
  readonly awaitedSteps: number;
  readonly queue: QueueReport;
  readonly alerts: readonly Extract<ServerMessage, { type: 'alert' }>[];
  readonly recentEpisodes: readonly EpisodeSummary[];
  history(since: number): Promise<MetricsPoint[]>;
  subscribe(listener: RunListener): () => void;
  /** Begins a recording in that live simulation. @throws RunError where there is no such beginning */
  record(live: number, from: RecordFrom, driver: Driver): Promise<void>;
  /** Stops that live simulation at once, and appends who did it to the log. A second stop changes nothing. */
  emergencyStop(live: number, teacherId: string): void;
  /** How people oversee that live simulation from now on; who changed it is in the audit log. */
  oversee(live: number, mode: OversightMode, teacherId: string): void;
  /** Validated against the run; resolves once it is on disk. @throws RunError with a code. */
  accept(feedback: ClientFeedback, receivedAt: number): Promise<{ duplicate: boolean }>;
  /** An episode by id, from memory or disk. */
  episode(id: string): Promise<Episode | undefined>;
  /** The same with poses, where it can be given any. */
  drawnEpisode(id: string): Promise<Episode | undefined>;
  /** What overlays show at rows [from, to) of an episode, of `length + 1`. @throws RunError saying why it cannot be had */
  sense(episode: Episode, from: number, to: number): Promise<Sensed>;
  /** Learned reward per step of a segment; undefined where there is none, or none in time. */
  predict(segment: Segment): Promise<PredictedReward | undefined>;
  sceneIdOf(seed: number): number;
  /** The scene as one ready message; the same text for every viewer. */
  sceneMessage(sceneId: number, seed: number): Promise<string>;
  /** From now on this page is given queries, as many as it asks for; 0: none any more. */
  askQueries(asker: Asker): void;
  /** The person has opened the instructions of that hash; false: the campaign has others now. */
  openInstructions(teacherId: string, textHash: string): Promise<boolean>;
  /** What was decided about campaigns is followed at once. */
  lookAtCampaign(): Promise<void>;
  /** The query that this viewer's person has on screen now: it does not expire meanwhile. */
  showQuery(viewer: string, teacherId: string, queryId: string | undefined): void;
  /** The person declined to answer the query. */
  passQuery(teacherId: string, queryId: string): void;
  /** The page is gone; what its person holds stays theirs for a while. */
  leaveQueries(viewer: string): void;
  /** The same figures counted anew from the disk. */
  recountQueue(): Promise<{ readonly disk: QueueCounts; readonly isSame: boolean }>;
  /** undefined: people answer everything. */
  readonly automation: AutomationRules | undefined;
  readonly watch: WatchHandle;
  readonly reviews: ReviewHandle;
  /** Policy and reward model as they are now; undefined while no reward is learned. */
  model(): Promise<LearnedModel | undefined>;
  /** Of a live simulation. */
  status(live: number): Extract<ServerMessage, { type: 'status' }>;
  close(): Promise<void>;
}

export class RunError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
