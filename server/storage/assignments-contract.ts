/** Queries given to people. */

/**
 * A query given to a person, once. It begins leased, ends in one of three ways, and is never deleted:
 * served = answered + skipped + expired + leased.
 */
export interface Assignment {
  /** Grows with every assignment of the folder: what holds an older one has been overtaken. */
  readonly token: number;
  readonly runId: string;
  readonly queryId: string;
  readonly teacherId: string;
  readonly state: 'leased' | 'answered' | 'skipped' | 'expired';
  /** Why it expired; null otherwise. */
  readonly reason: ExpiryReason | null;
  /** ms since epoch, as are the others. */
  readonly leasedAt: number;
  readonly expiresAt: number;
  readonly endedAt: number | null;
  /** The answer. Expired with one: it came too late to count. */
  readonly feedbackId: string | null;
  /** What was said, as far as answers to one query can be compared. */
  readonly verdict: string | null;
}

/**
 * `timeout`: nobody looked at it any more; `withdrawn`: the query was not worth asking any more; `released`:
 * the person stopped answering; `retracted`: the answer was taken back; `paused`: the person's answers do not count;
 * `rejected`: a supervisor decided that the answer does not; `erased`: the answer was removed with all that its person
 * said.
 */
export type ExpiryReason =
  | 'timeout'
  | 'withdrawn'
  | 'released'
  | 'retracted'
  | 'paused'
  | 'rejected'
  | 'erased';

export type AssignmentCounts = Readonly<Record<Assignment['state'], number>>;
