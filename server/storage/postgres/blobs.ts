/** Large values by name, beside the tables: rows of the database, or objects in a store that its rows name. */
import { type Kysely, sql } from 'kysely';
import type { Content } from '../s3/contract.ts';
import type { OwnTables } from './schema.ts';

export type Db = Kysely<OwnTables>;

export interface Blobs {
  /**
   * Whole or not at all, in the place of what has the name. Two that write one name come one after the other.
   * @param previous name under which that stays
   */
  put(name: string, content: Content, previous?: string): Promise<void>;
  /** undefined: nothing has the name. @throws LostError */
  get(name: string): Promise<Buffer | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** @param t a transaction that it belongs to; without it is one of its own */
  remove(names: readonly string[], t?: Db): Promise<void>;
  /** Those whose damage nothing else would find, the newest first. */
  unwatched(pattern: string): Promise<string[]>;
  /** Removes what was left behind by a crash or could not be removed. @throws Error where it cannot be now */
  tidy(): Promise<void>;
  /** @throws RangeError naming what is missing and the way out */
  expectUsable(): Promise<void>;
  close(): void;
}

/** A row names what is not there: not even set aside. */
export class LostError extends Error {}

/** Until the transaction ends nobody else gives that name. */
export async function lockName(t: Db, name: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(t);
}
