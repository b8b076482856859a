/**
 * One server at a time works on a run. Who begins takes a lock that the database lets go of when the connection ends,
 * and a number that grows with every claim: a server that was cut off and overtaken holds an older one, and nothing
 * that it writes is taken any more.
 */
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { InUseError } from '../engine.ts';
import type { OwnTables } from './schema.ts';

export interface Claim {
  /** See `Storage.occupy`. */
  occupy(): Promise<void>;
  /** Within a transaction: nobody occupies the database until it ends. @throws InUseError where somebody does */
  expectAlone(transaction: Kysely<OwnTables>): Promise<void>;
  /** @throws RangeError when another server works on the run */
  take(runId: string): Promise<number>;
  /** Another server may take it from now on. */
  release(runId: string): Promise<void>;
  /** See `Engine.lastToken`: each process counts in a range of its own. */
  lastToken(newest: number): Promise<number>;
  /** Within a transaction: nobody takes the runs until it ends. @throws Error when one was taken meanwhile */
  expectHeld(transaction: Kysely<OwnTables>): Promise<void>;
  /** Lets go of all. */
  end(): Promise<void>;
}

/** ms until a lock that went with its connection is asked for again. */
const AGAIN = 1000;
/** What all that occupy a database share; any number that no other program there uses. */
const OCCUPIED = 0x7265_7573;
/** Assignments that one process can give before it would count into the next range. */
const RANGE = 2 ** 24;
/** Its epoch is the newest range that was given away; no run has such an id. */
const TOKENS = ' tokens';

const lockName = (runId: string) => `run ${runId}`;

/** @param connect a connection of its own */
export function createClaim(db: Kysely<OwnTables>, connect: () => Promise<pg.Client>): Claim {
  const held = new Map<string, number>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  /** The one whose locks are this process's. */
  async function occupying(): Promise<pg.Client> {
    if (client) return client;
    const connected = await connect();
    try {
      await connected.query(`SELECT pg_advisory_lock_shared(${OCCUPIED})`);
    } catch (error) {
      await connected.end().catch(() => {});
      throw error;
    }
    connected.once('end', () => {
      client = undefined;
      again();
    });
    client = connected;
    return connected;
  }

  /** Whether the lock was free. */
  async function lock(runId: string): Promise<boolean> {
    const { rows } = await (await occupying()).query(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
      [lockName(runId)],
    );
    return rows[0].free;
  }

  /** The server was restarted, or the line broke. Whether somebody else came first shows when something is written. */
  function again(): void {
    if (isOver) return;
    const relock = async () => {
      await occupying();
      for (const runId of held.keys()) await lock(runId);
    };
    timer = setTimeout(() => relock().catch(again), AGAIN).unref();
  }

  return {
    async occupy() {
      await occupying();
    },
    async expectAlone(transaction) {
      const { rows } = await sql<{
        free: boolean;
      }>`SELECT pg_try_advisory_xact_lock(${sql.lit(OCCUPIED)}) AS free`.execute(transaction);
      if (!rows[0]?.free)
        throw new InUseError(
          'database: a server works with it, whose memory would bring back what is erased; end every reins serve on it first',
        );
      // A server whose line broke holds nothing, and is not to write what it remembers.
      await sql`UPDATE claim SET epoch = epoch + 1`.execute(transaction);
    },
    async take(runId) {
      if (!(await lock(runId)))
        throw new RangeError(
          `run: ${runId} is in use by another server: end it, or choose another with --run`,
        );
      const { epoch } = await db
        .insertInto('claim')
        .values({ runId, epoch: 1 })
        .onConflict((c) => c.column('runId').doUpdateSet({ epoch: sql`claim.epoch + 1` }))
        .returning('epoch')
        .executeTakeFirstOrThrow();
      held.set(runId, epoch);
      return epoch;
    },
    async release(runId) {
      if (!held.delete(runId)) return;
      await client?.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lockName(runId)]);
    },
    async lastToken(newest) {
      const least = Math.ceil(newest / RANGE);
      const { epoch } = await db
        .insertInto('claim')
        .values({ runId: TOKENS, epoch: least })
        .onConflict((c) =>
          c.column('runId').doUpdateSet({ epoch: sql`greatest(claim.epoch + 1, excluded.epoch)` }),
        )
        .returning('epoch')
        .executeTakeFirstOrThrow();
      return epoch * RANGE;
    },
    async expectHeld(transaction) {
      if (held.size === 0) return;
      const rows = await transaction
        .selectFrom('claim')
        .selectAll()
        .where('runId', 'in', [...held.keys()])
        .forShare()
        .execute();
      for (const [runId, epoch] of held)
        if (rows.find((row) => row.runId === runId)?.epoch !== epoch)
          throw new Error(`run ${runId} was taken over by another server: end this one`);
    },
    async end() {
      isOver = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
