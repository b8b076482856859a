/**
 * What a run keeps. Small enough for SQLite and files today and a database server later; one test
 * suite (tests/contracts/storage.ts) that every implementation passes.
 */
import type { Checkpoint, Episode, Feedback, Query } from '../../agent/contract.ts';
import type { EpisodeReply, MetricsPoint } from '../protocol/index.ts';
import type { AccountStorage, ConsentStorage } from './accounts-contract.ts';
import type { AskStorage } from './asks-contract.ts';
import type { Assignment, AssignmentCounts } from './assignments-contract.ts';
import type { AuditEvent, AuditRow } from './audit-chain.ts';
import type { SignedHead } from './audit-heads.ts';
import type { AutomationStorage } from './automation-contract.ts';
import type { CampaignStorage } from './campaigns-contract.ts';
import type { CommentStorage } from './comments-contract.ts';
import type { DatasetStorage } from './datasets-contract.ts';
import type { DeliveryStorage } from './deliveries-contract.ts';
import type { LineageStorage } from './lineage-contract.ts';
import type { ModelStorage } from './models-contract.ts';
import type { QualityStorage } from './quality-contract.ts';
import type { RetentionStorage } from './retention-contract.ts';
import type { ReviewStorage } from './reviews-contract.ts';
import type { SubjectStorage } from './subjects-contract.ts';

export type { Assignment, AssignmentCounts, ExpiryReason } from './assignments-contract.ts';

export interface Run {
  readonly id: string;
  readonly environmentId: string;
  readonly preset: string;
  readonly seed: number;
  readonly configHash: string;
  /** ms since epoch. */
  readonly createdAt: number;
  /** Physics engine and version that it was begun with; absent: ours, or not known. */
  readonly engine?: string;
  /** Given by a person. */
  readonly name?: string;
  readonly notes?: string;
  /** Absent in runs of earlier versions. */
  readonly identity?: RunIdentity;
  /** Options of the environment that are paths, absolute, as the run was begun; they do not belong to what it is. */
  readonly places?: Readonly<Record<string, string>>;
}

/** What makes a run, by content; `configHash` is its hash. */
export interface RunIdentity {
  readonly environment: string;
  /** Of the environment, those that are paths left out. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files of the user's that the environment is made of. */
  readonly files: readonly { readonly name: string; readonly hash: string }[];
  readonly preset: string;
  /** Changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** A finished policy that drives, where nothing learns. */
  readonly policy?: { readonly name: string; readonly hash: string };
}

export interface EpisodeRow extends EpisodeReply {
  readonly runId: string;
}

export type EpisodeSort = 'startedAt' | 'seed' | 'length' | 'humanSteps' | 'return' | 'cost';

export interface EpisodeRequest {
  readonly sort: EpisodeSort;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
  /** Absent fields: any. `human`: whether a person drove in it. */
  readonly filter: {
    readonly live?: boolean;
    readonly human?: boolean;
    readonly success?: boolean;
    readonly endReason?: string;
    /** `startedAt` is at most, or more than this, ms since epoch. */
    readonly startedBy?: number;
    readonly startedAfter?: number;
  };
}

export interface EpisodePage {
  readonly rows: readonly EpisodeRow[];
  /** Of all pages. */
  readonly total: number;
}

export interface StoredFeedback {
  /** Grows by at least one per event; the order of the log. */
  readonly sequence: number;
  readonly feedback: Feedback;
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The last feedback that is in it. */
  readonly feedbackSequence: number;
  readonly savedAt: number;
  /** State of the training that `reins train` keeps in the run, in its own form; none once a server went on with it. */
  readonly training?: Uint8Array;
}

/** A moment of a run, in the run's own time. */
export interface Moment {
  /** The last feedback that is in it. */
  readonly feedbackSequence: number;
  /** ms: episodes and queries of later are not in it. */
  readonly time: number;
  /** Whole steps: figures of later ones are not in it. */
  readonly environmentSteps: number;
}

export interface StoredQuery extends Query {
  /** How many people are asked it, each for themselves; absent: one. */
  readonly overlap?: number;
  /** For which it was made; absent: none. */
  readonly campaignId?: string;
}

export interface Storage
  extends AccountStorage,
    ConsentStorage,
    QualityStorage,
    DeliveryStorage,
    SubjectStorage,
    RetentionStorage,
    LineageStorage,
    ReviewStorage,
    ModelStorage,
    AutomationStorage,
    CommentStorage,
    AskStorage,
    CampaignStorage,
    DatasetStorage {
  createRun(run: Run): Promise<void>;
  /** Newest run, for resuming. */
  latestRun(): Promise<Run | undefined>;
  /** Newest first. */
  listRuns(): Promise<Run[]>;
  describeRun(
    id: string,
    change: { readonly name?: string; readonly notes?: string },
  ): Promise<void>;
  /**
   * From now on this process holds in memory what it may write back: nothing is erased until it closes the storage.
   * Waits for an erasure that is under way.
   */
  occupy(): Promise<void>;
  /**
   * From now on this process alone writes what belongs to the run, until it closes the storage.
   * @returns a number that grows with every claim, where several processes can reach the storage
   * @throws RangeError when another one does
   */
  claimRun(id: string): Promise<number | undefined>;
  /** Nothing of the run is written here any more: another process may claim it. */
  releaseRun(id: string): Promise<void>;
  /** With its feedback, episodes, metrics and checkpoints. */
  deleteRun(id: string): Promise<void>;
  /**
   * Forget what came after a moment, for a training that goes on from there and makes its own future.
   * @throws RangeError when a person's feedback is among it: that is never forgotten; nothing is then.
   */
  rewindRun(id: string, to: Moment): Promise<void>;

  /**
   * Append to the log, with what that changes in the assignments: both or neither. Resolves once it survives
   * `kill -9`; the same id again changes nothing and says so.
   */
  appendFeedback(
    feedback: Feedback,
    assignments?: readonly Assignment[],
  ): Promise<{ sequence: number; duplicate: boolean }>;
  readFeedback(runId: string, after: number): Promise<StoredFeedback[]>;
  countFeedback(runId: string): Promise<number>;
  hasFeedback(id: string): Promise<boolean>;
  /** Of one episode by one person, without those taken back, oldest first. */
  critiquesOf(
    episodeId: string,
    teacherId: string,
  ): Promise<Extract<Feedback, { kind: 'critique' }>[]>;
  /** What this person has kept the episode as, and not taken back. */
  keptOf(
    episodeId: string,
    teacherId: string,
  ): Promise<Extract<Feedback, { kind: 'demonstration' | 'correction' }> | undefined>;

  /** Whole episode, replacing an earlier state of it; atomic. */
  putEpisode(episode: Episode, options: { live: boolean }): Promise<void>;
  /** undefined: unknown, or set aside as corrupt. */
  getEpisode(id: string): Promise<Episode | undefined>;
  findEpisode(id: string): Promise<EpisodeRow | undefined>;
  /** Newest first. */
  listEpisodes(runId: string, limit: number): Promise<EpisodeRow[]>;
  /** What happened, without the branches that judge takeovers. */
  pageEpisodes(runId: string, request: EpisodeRequest): Promise<EpisodePage>;

  /**
   * Forget the oldest episodes of a run beyond the newest `keep`; those that feedback or an open
   * question names do not count and stay. Resolves with how many went.
   */
  pruneEpisodes(runId: string, keep: number): Promise<number>;

  /** All in one write: each waits for the disk. */
  putQueries(queries: readonly StoredQuery[]): Promise<void>;
  getQuery(id: string): Promise<StoredQuery | undefined>;

  /** New ones and new states of old ones, by token: all or none. */
  putAssignments(assignments: readonly Assignment[]): Promise<void>;
  /** Of one query, oldest first. */
  assignmentsOf(queryId: string): Promise<Assignment[]>;
  /** Those that no end has been written for. */
  leasedAssignments(runId: string): Promise<Assignment[]>;
  /** Those whose answers count, oldest first. */
  answeredAssignments(runId: string): Promise<Assignment[]>;
  /** All that this person was ever given, oldest first. */
  assignmentsTo(runId: string, teacherId: string): Promise<Assignment[]>;
  /** The query that this feedback answered, where it was given to somebody. */
  queryAnsweredBy(feedbackId: string): Promise<string | undefined>;
  countAssignments(runId: string): Promise<AssignmentCounts>;
  /** What numbers the assignments of all runs that this process serves: each call gives a larger one, which no other process gives. */
  openTokens(): Promise<() => number>;

  appendMetrics(runId: string, point: MetricsPoint): Promise<void>;
  /** Oldest first, at most `limit` evenly thinned points after `since` learner updates. */
  readMetrics(runId: string, since: number, limit: number): Promise<MetricsPoint[]>;

  putCheckpoint(runId: string, stored: StoredCheckpoint): Promise<void>;
  /** Where a thread may write the next checkpoint (`draftCheckpoint`), each time somewhere else. */
  newDraft(runId: string): string;
  /** A draft is on disk and the newest checkpoint once this resolves. @throws Error of the system; the old ones stay. */
  adoptCheckpoint(runId: string, draft: string): Promise<void>;
  /** It will not be adopted; its thread may have died before it wrote it. */
  dropDraft(draft: string): void;
  getCheckpoint(runId: string): Promise<StoredCheckpoint | undefined>;

  /** Rows of the audit log after that one, oldest first. Every change above appends to it, in its transaction. */
  readAudit(after: number, limit: number): Promise<AuditRow[]>;
  /** Other servers may be at the same records; a folder has one at a time. */
  readonly isShared: boolean;
  /** Events of alerts that were raised and not cleared, in the order in which they were raised. */
  openAlerts(): Promise<AuditEvent[]>;
  /** For what changes nothing else here. */
  appendAudit(events: readonly AuditEvent[]): Promise<void>;
  /** Signs the newest row of the audit log, once; undefined: there is none. `time`: ms since epoch. */
  signAudit(time: number): Promise<SignedHead | undefined>;

  /** @throws RangeError naming the file and the way out when the log takes nothing. */
  expectRoom(): Promise<void>;

  /** Read every stored episode once, in the background; what is broken is set aside and named. */
  verify(): Promise<void>;
  /** Things found broken so far, by name. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}
