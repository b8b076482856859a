/** What differs between the databases that keep the tables of `schema.ts`. */
import type { Kysely, RawBuilder } from 'kysely';
import type { AuditRow } from './audit-chain.ts';
import type { Tables } from './schema.ts';

export interface Engine {
  /** The number `field` of a column of JSON; null where it has none. */
  number(column: string, field: string): RawBuilder<number>;
  /**
   * A transaction of one writer at a time: a row of the log that has the higher number is never to be seen before
   * one with a lower number, and each row of the audit log names the one before it.
   */
  write<T>(db: Kysely<Tables>, work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * As `write`; what it deletes is not left in a file of ours.
   * @param isAlone nobody waits for the database meanwhile: it may take its time
   */
  forget<T>(
    db: Kysely<Tables>,
    work: (transaction: Kysely<Tables>) => Promise<T>,
    isAlone: boolean,
  ): Promise<T>;
  /**
   * Within a transaction: nobody holds in memory what is in the tables (`occupy`) until it ends.
   * @throws InUseError where somebody does
   */
  expectAlone(transaction: Kysely<Tables>): Promise<void>;
  /** Between columns and values of an insert that gives the number of the log itself. */
  readonly ownSequence: RawBuilder<unknown>;
  /** One statement however many rows: a call costs more than a row. */
  insertAudit(transaction: Kysely<Tables>, rows: readonly AuditRow[]): Promise<unknown>;
  /** Other servers may be at the same tables. */
  readonly isShared: boolean;
  /** See `Storage.occupy`, `Storage.claimRun` and `Storage.releaseRun`. */
  occupy(): Promise<void>;
  claimRun(runId: string): Promise<number | undefined>;
  releaseRun(runId: string): Promise<void>;
  /** The number after which this process numbers assignments. @param newest the largest that any has */
  lastToken(newest: number): Promise<number>;
  /** @throws RangeError naming the database and the way out when it takes nothing */
  expectWritable(db: Kysely<Tables>): Promise<void>;
  /** Before the database is closed. */
  end(): Promise<void>;
}

/** Somebody else works with what is to be erased, and would write it back. */
export class InUseError extends RangeError {}
