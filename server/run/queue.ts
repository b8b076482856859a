/**
 * Who has been given which query, under leases that run out: as many people as its overlap says, one more where they disagree.
 * Nothing here waits or writes: time comes in, and what changed goes out, to be written and, where that fails, undone.
 */
import type { QueueCounts } from '../contract.ts';
import type { Assignment, AssignmentCounts, ExpiryReason } from '../storage/contract.ts';
import { disagree } from './verdict.ts';

/** One row before and after; a new one has no before. */
export interface Change {
  readonly before: Assignment | undefined;
  readonly after: Assignment;
}

/** What an answer changes; nothing is told to anybody before `done`. */
export interface Answering {
  /** To be written with the answer. */
  readonly rows: readonly Assignment[];
  done(): void;
  undo(): void;
}

export interface Answer {
  readonly queryId: string;
  readonly teacherId: string;
  /** Of the lease under which the person saw the query; absent: whichever they hold. */
  readonly token?: number | undefined;
  /** null: declined without a word in the log. */
  readonly feedbackId: string | null;
  /** undefined: the person skipped it. */
  readonly verdict: string | undefined;
  /** Answers of this person count for nothing now. */
  readonly isPaused?: boolean;
  /** False: none counts any more but what comes under a lease. */
  readonly isWanted?: boolean;
}

export interface Asked {
  readonly id: string;
  readonly runId: string;
  /** People who are to answer it. */
  readonly overlap: number;
  /** Nobody else is given it; absent: anybody. */
  readonly only?: string;
}

/** How many of whose answers are wanted. Hears of every row as it comes to be and as it ends, at once. */
export interface Tally {
  count(row: Assignment, by: 1 | -1): void;
  mayHaveMore(teacherId: string): boolean;
}

const isSaid = ({ state }: Assignment) => state === 'answered' || state === 'skipped';
const NO_TALLY: Tally = { count() {}, mayHaveMore: () => true };

interface Entry extends Asked {
  readonly rows: Map<number, Assignment>;
}

/** A query that so many people skip is nothing to ask. */
const MOST_SKIPS = 3;
/** Queries that are over, kept in memory for late answers and for undoing. */
const REMEMBERED = 2000;

export class Queue {
  readonly #open = new Map<string, Entry>();
  readonly #over = new Map<string, Entry>();
  readonly #leased = new Map<number, Assignment>();
  readonly #counts: Record<Assignment['state'], number>;
  #served: number;
  readonly #nextToken: () => number;
  readonly #tally: Tally;

  /** @param nextToken each larger than all before it, whichever run they were for */
  constructor(past: AssignmentCounts, nextToken: () => number, tally: Tally = NO_TALLY) {
    this.#tally = tally;
    this.#counts = { ...past };
    this.#served = past.leased + past.answered + past.skipped + past.expired;
    this.#nextToken = nextToken;
  }

  /** Every assignment is in one of the four: `served = answered + skipped + expired + open`. */
  get counts(): QueueCounts {
    const { leased, ...ended } = this.#counts;
    return { served: this.#served, ...ended, open: leased };
  }

  has(queryId: string): boolean {
    return this.#open.has(queryId);
  }

  knows(queryId: string): boolean {
    return this.#open.has(queryId) || this.#over.has(queryId);
  }

  /** From now on it is given to people. `rows`: those of an earlier process, which are counted already. */
  offer(query: Asked, rows: readonly Assignment[] = []): void {
    const entry: Entry = { ...query, rows: new Map(rows.map((row) => [row.token, row])) };
    this.#open.set(query.id, entry);
    for (const row of rows) if (row.state === 'leased') this.#leased.set(row.token, row);
    this.#close(entry);
  }

  /** It is over and was forgotten: what became of it, for an answer that comes late. */
  recall(query: Asked, rows: readonly Assignment[]): void {
    this.offer(query, rows);
    const entry = this.#open.get(query.id);
    if (entry) this.#end(entry);
  }

  /** What the person holds, oldest first. */
  heldBy(teacherId: string): Assignment[] {
    return [...this.#leased.values()].filter((row) => row.teacherId === teacherId);
  }

  /** How many more people may be given the query now. */
  room(queryId: string): number {
    const entry = this.#entry(queryId);
    return entry ? roomOf(entry) : 0;
  }

  /** How many of the open queries could be given to this person. */
  availableTo(teacherId: string): number {
    let n = 0;
    for (const entry of this.#open.values()) if (mayTake(entry, teacherId)) n++;
    return n;
  }

  /** How many more assignments the open queries allow that are for anybody. */
  get capacity(): number {
    let n = 0;
    for (const entry of this.#open.values())
      if (entry.only === undefined) n += Math.max(0, roomOf(entry));
    return n;
  }

  /** Gives the person queries, in the order of `queryIds`, until they hold `most`. */
  lease(
    teacherId: string,
    most: number,
    queryIds: Iterable<string>,
    now: number,
    ttl: number,
  ): Change[] {
    const changes: Change[] = [];
    let wanted = most - this.heldBy(teacherId).length;
    for (const id of queryIds) {
      if (wanted <= 0 || !this.#tally.mayHaveMore(teacherId)) break;
      const entry = this.#open.get(id);
      if (!entry || !mayTake(entry, teacherId)) continue;
      changes.push(this.#put(undefined, this.#newLease(entry, teacherId, now, ttl)));
      wanted--;
    }
    return changes;
  }

  /** They are being looked at: their leases run for another `ttl`, ms. In memory alone. */
  extend(isOnScreen: (row: Assignment) => boolean, now: number, ttl: number): void {
    for (const row of this.#leased.values())
      if (isOnScreen(row)) this.#set({ ...row, expiresAt: Math.max(row.expiresAt, now + ttl) });
  }

  /** Leases that have run out. */
  sweep(now: number): Change[] {
    const due = [...this.#leased.values()].filter((row) => row.expiresAt <= now);
    return due.map((row) => this.#expire(row, 'timeout', now));
  }

  /** The person answers no more: what they hold, but for `kept`, is free for others. */
  release(
    teacherId: string,
    now: number,
    kept?: string,
    reason: ExpiryReason = 'released',
  ): Change[] {
    const rows = this.heldBy(teacherId).filter((row) => row.queryId !== kept);
    return rows.map((row) => this.#expire(row, reason, now));
  }

  /** The query is not asked any more. */
  withdraw(queryId: string, now: number): Change[] {
    const entry = this.#open.get(queryId);
    if (!entry) return [];
    const rows = [...entry.rows.values()].filter((row) => row.state === 'leased');
    const changes = rows.map((row) => this.#expire(row, 'withdrawn', now));
    this.#end(entry);
    return changes;
  }

  /**
   * An answer to a query that is known. It counts when it comes under the lease that the person holds, or late
   * while the query is still short of answers; otherwise it is kept beside its assignment. Undefined: the query
   * was never given to this person and needs no further answer.
   */
  answer(answer: Answer, now: number): Change[] | undefined {
    const { queryId, teacherId, token } = answer;
    const entry = this.#entry(queryId);
    if (!entry) return undefined;
    const own = [...entry.rows.values()].filter((row) => row.teacherId === teacherId);
    const named = token === undefined ? own.at(-1) : own.find((row) => row.token === token);
    if (answer.isPaused) return named && [this.#keepBeside(named, answer)];
    if (named?.state === 'leased') return [this.#settle(entry, named, answer, now)];
    if (own.some((row) => row.state !== 'leased' && hasSpoken(row))) return [];
    const held = own.find((row) => row.state === 'leased');
    // Somebody whose lease ran out, or who was never given it, while it still lacks answers.
    const isWanted = answer.isWanted !== false && this.#tally.mayHaveMore(teacherId);
    const hasRoom = held === undefined && roomOf(entry) > 0 && isWanted;
    if (named) {
      if (hasRoom) return [this.#settle(entry, named, answer, now)];
      return [this.#put(named, { ...named, feedbackId: answer.feedbackId })];
    }
    if (!hasRoom) return undefined;
    const lease = this.#newLease(entry, teacherId, now, 0);
    return [{ ...this.#settle(entry, lease, answer, now), before: undefined }];
  }

  /** An answer was taken back: the person has the query once more, or others may. */
  retract(queryId: string, feedbackId: string, now: number, ttl: number): Change[] {
    const entry = this.#entry(queryId);
    const row = [...(entry?.rows.values() ?? [])].find((r) => r.feedbackId === feedbackId);
    if (!entry || !row || (row.state !== 'answered' && row.state !== 'skipped')) return [];
    const taken = this.#put(row, {
      ...row,
      state: 'expired',
      reason: 'retracted',
      verdict: null,
      endedAt: now,
    });
    this.#over.delete(entry.id);
    this.#open.set(entry.id, entry);
    return [taken, this.#put(undefined, this.#newLease(entry, row.teacherId, now, ttl))];
  }

  /** What the person answered counts no more; it is kept as it is, to be put back. */
  setAside({ queryId, token }: Assignment, reason: AsideReason = 'paused'): Change[] {
    const row = this.#entry(queryId)?.rows.get(token);
    const isRejectedToo = row && isSetAside(row) && reason === 'rejected';
    if (!row || (row.state !== 'answered' && !isRejectedToo)) return [];
    return [this.#put(row, { ...row, state: 'expired', reason })];
  }

  /** It lacks answers again and is asked once more. */
  reopen(queryId: string): void {
    const entry = this.#over.get(queryId);
    if (!entry || roomOf(entry) <= 0) return;
    this.#over.delete(queryId);
    this.#open.set(queryId, entry);
  }

  /** What was set aside counts again, as it was; others need not answer any more, unless they are at it. */
  putBack(
    { queryId, token }: Assignment,
    now: number,
    isOnScreen: (row: Assignment) => boolean,
  ): Change[] {
    const entry = this.#entry(queryId);
    const row = entry?.rows.get(token);
    if (!entry || !row || !isSetAside(row)) return [];
    // One person says one thing to a query.
    if ([...entry.rows.values()].some((r) => r.teacherId === row.teacherId && isSaid(r))) return [];
    const back = this.#put(row, { ...row, state: 'answered', reason: null });
    if (!isFull(entry)) return [back];
    const idle = [...entry.rows.values()].filter((r) => r.state === 'leased' && !isOnScreen(r));
    const ended = idle.map((r) => this.#expire(r, 'withdrawn', now));
    this.#close(entry);
    return [back, ...ended];
  }

  /** These changes could not be written. */
  undo(changes: readonly Change[]): void {
    for (const { before, after } of [...changes].reverse()) {
      const entry = this.#entry(after.queryId);
      if (before) this.#put(after, before);
      else if (entry) this.#forget(entry, after);
      if (entry && !this.#open.has(entry.id)) {
        this.#over.delete(entry.id);
        this.#open.set(entry.id, entry);
      }
    }
  }

  #entry(queryId: string): Entry | undefined {
    return this.#open.get(queryId) ?? this.#over.get(queryId);
  }

  #newLease(entry: Entry, teacherId: string, now: number, ttl: number): Assignment {
    return {
      token: this.#nextToken(),
      runId: entry.runId,
      queryId: entry.id,
      teacherId,
      state: 'leased',
      reason: null,
      leasedAt: now,
      expiresAt: now + ttl,
      endedAt: null,
      feedbackId: null,
      verdict: null,
    };
  }

  #settle(entry: Entry, row: Assignment, { feedbackId, verdict }: Answer, now: number): Change {
    const state = verdict === undefined ? 'skipped' : 'answered';
    const ended = { ...row, state, reason: null, feedbackId, endedAt: now } as const;
    const known = entry.rows.get(row.token);
    const change = this.#put(known, { ...ended, verdict: verdict ?? null });
    this.#close(entry);
    return change;
  }

  /** An answer of somebody who is paused; it counts once they are not. */
  #keepBeside(row: Assignment, { feedbackId, verdict }: Answer): Change {
    if (row.state === 'answered' || row.state === 'skipped') return { before: row, after: row };
    const kept = { feedbackId, verdict: verdict ?? null };
    return this.#put(row, { ...row, ...kept, state: 'expired', reason: 'paused' });
  }

  #expire(row: Assignment, reason: ExpiryReason, now: number): Change {
    return this.#put(row, { ...row, state: 'expired', reason, endedAt: now });
  }

  #put(before: Assignment | undefined, after: Assignment): Change {
    if (before) this.#counts[before.state]--;
    else this.#served++;
    this.#counts[after.state]++;
    if (before) this.#tally.count(before, -1);
    this.#tally.count(after, 1);
    this.#set(after);
    return { before, after };
  }

  #forget(entry: Entry, row: Assignment): void {
    this.#tally.count(row, -1);
    this.#counts[row.state]--;
    this.#served--;
    entry.rows.delete(row.token);
    this.#leased.delete(row.token);
  }

  #set(row: Assignment): void {
    this.#entry(row.queryId)?.rows.set(row.token, row);
    if (row.state === 'leased') this.#leased.set(row.token, row);
    else this.#leased.delete(row.token);
  }

  /** Where it has all its answers. */
  #close(entry: Entry): void {
    const skips = [...entry.rows.values()].filter((row) => row.state === 'skipped').length;
    if (isFull(entry) || skips >= MOST_SKIPS) this.#end(entry);
  }

  #end(entry: Entry): void {
    this.#open.delete(entry.id);
    this.#over.set(entry.id, entry);
    if (this.#over.size > REMEMBERED) this.#over.delete(this.#over.keys().next().value!);
  }
}

/** Answers wanted: one more than the overlap once the answers disagree. */
function wantedOf({ overlap, rows }: Entry): number {
  const verdicts = [...rows.values()].flatMap((row) =>
    row.state === 'answered' && row.verdict !== null ? [row.verdict] : [],
  );
  return overlap > 1 && verdicts.length >= overlap && disagree(verdicts.slice(0, overlap))
    ? overlap + 1
    : overlap;
}

function isFull(entry: Entry): boolean {
  const answers = [...entry.rows.values()].filter((row) => row.state === 'answered').length;
  return answers >= wantedOf(entry);
}

export type AsideReason = Extract<ExpiryReason, 'paused' | 'rejected'>;

/** Answered, but not counted: its person is paused, or it was rejected. */
export function isSetAside({ state, reason, feedbackId, verdict }: Assignment): boolean {
  const isAside = reason === 'paused' || reason === 'rejected';
  return state === 'expired' && isAside && feedbackId !== null && verdict !== null;
}

function roomOf(entry: Entry): number {
  let taken = 0;
  for (const { state } of entry.rows.values())
    if (state === 'leased' || state === 'answered') taken++;
  return wantedOf(entry) - taken;
}

/** Nobody is given a query twice, except one that ran out under their eyes, or whose answer they took back. */
function mayTake(entry: Entry, teacherId: string): boolean {
  if (entry.only !== undefined && entry.only !== teacherId) return false;
  for (const row of entry.rows.values())
    if (row.teacherId === teacherId && hasSpoken(row)) return false;
  return roomOf(entry) > 0;
}

/** Its person has the query, or has answered it, whether that counts or not: what they say again is no second look. */
function hasSpoken(row: Assignment): boolean {
  return row.state !== 'expired' || isSetAside(row);
}
