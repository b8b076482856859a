/** The storage in a PostgreSQL database, which any number of processes may share. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Storage } from '../contract.ts';
import type { Engine } from '../engine.ts';
import { createRecords } from '../records.ts';
import type { ObjectStore } from '../s3/contract.ts';
import type { Tables } from '../schema.ts';
import { type Claim, createClaim } from './claim.ts';
import { connection, nameOf, quiet, unusable } from './connect.ts';
import { createBlobFiles } from './files.ts';
import { createObjects } from './objects.ts';
import { createRows } from './rows.ts';
import { MIGRATIONS, type OwnTables } from './schema.ts';
import { storeOf } from './store.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** For drafts of checkpoints, the signed heads of the audit log and their key, which a database must not hold itself. */
  readonly folder: string;
  /** For episodes, checkpoints and kept models; absent: rows of the database. */
  readonly store?: ObjectStore | undefined;
  /** Connections at most. */
  readonly connections?: number;
}

/** What one writer holds at a time, within a database; any number that no other program there uses. */
const WRITER = 0x7265_696e;

/** @throws RangeError naming the database, without its password, and the way out */
export async function openPostgres(options: PostgresOptions): Promise<Storage> {
  const pool = createPool(options);
  const db = new Kysely<Tables & OwnTables>({ dialect: new PostgresDialect({ pool }) });
  const own = db as unknown as Kysely<OwnTables>;
  let id: string;
  try {
    await migrate(db);
    id = await storeOf(own, options.store);
  } catch (error) {
    await db.destroy();
    options.store?.close();
    throw error instanceof RangeError ? error : unusable(nameOf(options.url), error);
  }
  const claim = createClaim(own, async () => {
    const client = quiet(new pg.Client({ ...connection(options.url), keepAlive: true }));
    await client.connect();
    return client;
  });
  const engine = engineOf(nameOf(options.url), claim);
  const blobs = options.store
    ? createObjects(own, claim, options.store, id)
    : createRows(own, claim);
  const files = createBlobFiles(blobs, options.folder);
  return createRecords(db as unknown as Kysely<Tables>, engine, files, options.folder);
}

function createPool(options: PostgresOptions): pg.Pool {
  const { url, connections = 8 } = options;
  let pool: pg.Pool;
  try {
    pool = new pg.Pool({ ...connection(options.url), max: connections });
  } catch (error) {
    throw unusable(nameOf(url), error);
  }
  // The pool hears errors only of connections that nobody uses.
  pool.on('error', () => {});
  pool.on('connect', quiet);
  return pool;
}

function engineOf(name: string, claim: Claim): Engine {
  const write: Engine['write'] = (db, work) =>
    db.transaction().execute(async (transaction) => {
      await sql`SELECT pg_advisory_xact_lock(${WRITER})`.execute(transaction);
      await claim.expectHeld(transaction as unknown as Kysely<OwnTables>);
      return work(transaction);
    });
  return {
    isShared: true,
    occupy: claim.occupy,
    claimRun: claim.take,
    releaseRun: claim.release,
    lastToken: claim.lastToken,
    end: claim.end,
    number: (column, field) =>
      sql<number>`(${sql.ref(column)}::json ->> ${sql.lit(field)})::double precision`,
    write,
    // Its own housekeeping (autovacuum) clears what rows leave behind.
    forget: write,
    expectAlone: (transaction) => claim.expectAlone(transaction as unknown as Kysely<OwnTables>),
    ownSequence: sql.raw('OVERRIDING SYSTEM VALUE'),
    insertAudit(transaction, rows) {
      const list = JSON.stringify(rows.map(({ seq, hash, body }) => [seq, hash, body]));
      return sql`INSERT INTO audit (seq, hash, body)
        SELECT (value ->> 0)::bigint, value ->> 1, value ->> 2 FROM json_array_elements(${list}::json)`.execute(
        transaction,
      );
    },
    async expectWritable(db) {
      try {
        await sql`UPDATE reins SET version = version`.execute(db);
      } catch (error) {
        throw unusable(name, error);
      }
    },
  };
}

/** Brings the tables to this version, whoever else does so at the same moment. */
async function migrate(db: Kysely<Tables & OwnTables>): Promise<void> {
  await db.transaction().execute(async (t) => {
    await sql`SELECT pg_advisory_xact_lock(${WRITER})`.execute(t);
    await sql`CREATE TABLE IF NOT EXISTS reins (version INTEGER NOT NULL)`.execute(t);
    const { rows } = await sql<{ version: number }>`SELECT version FROM reins`.execute(t);
    const found = rows[0]?.version ?? 0;
    if (found > MIGRATIONS.length)
      throw new RangeError(
        `database: is of version ${found}, this Reins knows ${MIGRATIONS.length}; use a newer Reins or another database`,
      );
    if (found === MIGRATIONS.length) return;
    for (const statements of MIGRATIONS.slice(found)) await sql.raw(statements).execute(t);
    await sql`DELETE FROM reins`.execute(t);
    await sql`INSERT INTO reins VALUES (${MIGRATIONS.length})`.execute(t);
  });
}
