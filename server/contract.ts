/** A run, as viewers and operators use it; `run.ts` makes one. */
import type { Episode, Query, Segment } from '../agent/contract.ts';
import type { EnvironmentFacts, LiveCommand, LiveEvent } from './actors/messages.ts';
import type {
  ClientFeedback,
  EpisodeSummary,
  ErrorCode,
  MetricsPoint,
  ServerMessage,
} from './protocol/index.ts';
import type { Run, Storage } from './storage/contract.ts';
import type { Log } from './threads/log.ts';

/** Episodes kept unless asked otherwise. */
export const KEEP_EPISODES = 1000;

export interface RunOptions {
  readonly run: Run;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly rollouts: number;
  /** Episodes kept on disk beside those that feedback names. */
  readonly keepEpisodes: number;
  readonly storage: Storage;
  readonly log: Log;
}

/** What viewers hear. */
export interface RunListener {
  message(message: ServerMessage): void;
  frame(buffer: ArrayBuffer): void;
  /** The live episode moved to another scene. */
  scene(sceneId: number, seed: number): void;
}

/** Who holds the controls. A connection does, not a person: two tabs of one person are two drivers. */
export interface Driver {
  readonly sessionId: string;
  readonly teacherId: string;
}

export type LiveState = Extract<LiveEvent, { type: 'state' }>;

export interface RunHandle {
  readonly run: Run;
  readonly facts: EnvironmentFacts;
  /** All threads work. */
  readonly isHealthy: boolean;
  readonly backend: { readonly name: 'native' | 'wasm' | 'cpu'; readonly reason: string };
  readonly state: LiveState | undefined;
  /** Steps of the open episode so far. */
  readonly step: number;
  readonly learner: 'starting' | 'warming-up' | 'learning' | 'idle' | 'restarting';
  readonly counts: {
    environmentSteps: number;
    learnerUpdates: number;
    humanSteps: number;
    labels: number;
  };
  readonly queries: readonly Query[];
  readonly alerts: readonly Extract<ServerMessage, { type: 'alert' }>[];
  readonly recentEpisodes: readonly EpisodeSummary[];
  history(since: number): Promise<MetricsPoint[]>;
  subscribe(listener: RunListener): () => void;
  live(command: LiveCommand): void;
  /** Stops at once, and appends who did it to the log. A second stop changes nothing. */
  emergencyStop(teacherId: string): void;
  /** Validated against the run; resolves once it is on disk. @throws RunError with a code. */
  accept(feedback: ClientFeedback, receivedAt: number): Promise<{ duplicate: boolean }>;
  /** An episode by id, from memory or disk. */
  episode(id: string): Promise<Episode | undefined>;
  /** Learned reward per step of a segment; undefined where there is none, or none in time. */
  predict(segment: Segment): Promise<Float32Array | undefined>;
  sceneIdOf(seed: number): number;
  /** The scene as one ready message; the same text for every viewer. */
  sceneMessage(sceneId: number, seed: number): Promise<string>;
  wantQueries(count: number): void;
  /** The query that this viewer has on screen now: it does not expire meanwhile. */
  showQuery(viewer: string, queryId: string | undefined): void;
  /** A person declined to answer the query. */
  passQuery(queryId: string): void;
  /** False while somebody else drives. */
  takeControl(driver: Driver): boolean;
  readonly holder: Driver | undefined;
  /** The driver on another connection than this, if there is one. */
  otherDriver(sessionId: string): Driver | undefined;
  status(): Extract<ServerMessage, { type: 'status' }>;
  close(): Promise<void>;
}

export class RunError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
