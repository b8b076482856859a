/**
 * One server at a time works on a run. Who begins takes a lock that the database lets go of when the connection ends,
 * and a number that grows with every claim: a server that was cut off and overtaken holds an older one, and nothing
 * that it writes is taken any more.
 */
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import type { OwnTables } from './schema.ts';

export interface Claim {
  /** @throws RangeError when another server works on the run */
  take(runId: string): Promise<number>;
  /** Within a transaction: nobody takes the run until it ends. @throws Error when it was taken meanwhile */
  expectHeld(transaction: Kysely<OwnTables>): Promise<void>;
  /** Lets go of it. */
  end(): Promise<void>;
}

/** ms until a lock that went with its connection is asked for again. */
const AGAIN = 1000;

/** @param connect a connection of its own */
export function createClaim(db: Kysely<OwnTables>, connect: () => Promise<pg.Client>): Claim {
  let held: { readonly runId: string; readonly epoch: number } | undefined;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  /** Whether the lock was free. */
  async function lock(runId: string): Promise<boolean> {
    const connected = await connect();
    connected.once('end', () => relock(runId));
    const { rows } = await connected.query(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
      [`run ${runId}`],
    );
    client = connected;
    return rows[0].free;
  }

  /** The server was restarted, or the line broke. Whether somebody else came first shows when something is written. */
  function relock(runId: string): void {
    if (isOver) return;
    timer = setTimeout(() => lock(runId).catch(() => relock(runId)), AGAIN).unref();
  }

  return {
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
      held = { runId, epoch };
      return epoch;
    },
    async expectHeld(transaction) {
      if (!held) return;
      const { runId, epoch } = held;
      const row = await transaction
        .selectFrom('claim')
        .select('epoch')
        .where('runId', '=', runId)
        .forShare()
        .executeTakeFirst();
      if (row?.epoch !== epoch)
        throw new Error(`run ${runId} was taken over by another server: end this one`);
    },
    async end() {
      isOver = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
