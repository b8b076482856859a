/** The runs of a database. */
import { rmSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { type AuditLog, runEvent } from './audit-log.ts';
import type { Run, RunIdentity, Storage } from './contract.ts';
import type { Tables } from './schema.ts';

type Runs = Pick<
  Storage,
  'createRun' | 'latestRun' | 'listRuns' | 'renameRun' | 'deleteRun' | 'rewindRun'
>;

/** Teachers that are programs: they say it again. */
const SYNTHETIC = 'synthetic-';

const OF_A_RUN = [
  'feedback',
  'episode',
  'query',
  'assignment',
  'probe',
  'gold',
  'standing',
  'metrics',
  'runDetail',
] as const;

export function createRuns(
  db: Kysely<Tables>,
  episodePath: (id: string) => string,
  checkpointPath: (runId: string) => string,
  audit: Pick<AuditLog, 'append'>,
): Runs {
  async function listRuns(): Promise<Run[]> {
    const rows = await db
      .selectFrom('run')
      .leftJoin('runDetail', 'runDetail.runId', 'run.id')
      .selectAll('run')
      .select(['runDetail.name', 'runDetail.identity', 'runDetail.places'])
      .orderBy('createdAt', 'desc')
      .execute();
    return rows.map(({ name, identity, places, engine, ...run }) => ({
      ...run,
      ...(engine === null ? {} : { engine }),
      ...(name === null ? {} : { name }),
      ...(identity === null ? {} : { identity: JSON.parse(identity) as RunIdentity }),
      ...(places === null ? {} : { places: JSON.parse(places) as Record<string, string> }),
    }));
  }

  return {
    listRuns,
    latestRun: async () => (await listRuns())[0],
    async createRun({ name, identity, places, ...run }) {
      const detail = {
        runId: run.id,
        name: name ?? null,
        identity: identity ? JSON.stringify(identity) : null,
        places: places ? JSON.stringify(places) : null,
      };
      await db.transaction().execute(async (t) => {
        await t
          .insertInto('run')
          .values({ engine: null, ...run })
          .execute();
        await t.insertInto('runDetail').values(detail).execute();
        await audit.append(t, [runEvent('run.created', run.id)]);
      });
    },
    async renameRun(id, name) {
      await db.transaction().execute(async (t) => {
        await t
          .insertInto('runDetail')
          .values({ runId: id, name, identity: null, places: null })
          .onConflict((c) => c.column('runId').doUpdateSet({ name }))
          .execute();
        await audit.append(t, [runEvent('run.renamed', id)]);
      });
    },
    async deleteRun(id) {
      const episodes = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', id)
        .execute();
      await db.transaction().execute(async (t) => {
        for (const table of OF_A_RUN) await t.deleteFrom(table).where('runId', '=', id).execute();
        await t.deleteFrom('run').where('id', '=', id).execute();
        await audit.append(t, [runEvent('run.deleted', id)]);
      });
      // Files last: without their rows nothing asks for them.
      for (const episode of episodes) rmSync(episodePath(episode.id), { force: true });
      for (const suffix of ['', '.previous']) rmSync(checkpointPath(id) + suffix, { force: true });
    },
    async rewindRun(id, { feedbackSequence, time, environmentSteps }) {
      const later = db
        .selectFrom('feedback')
        .where('runId', '=', id)
        .where('sequence', '>', feedbackSequence);
      const { n } = await later
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('teacherId', 'not like', `${SYNTHETIC}%`)
        .executeTakeFirstOrThrow();
      if (Number(n) > 0)
        throw new RangeError(
          `run: ${id} has ${n} answers of people after its checkpoint, which going back would lose; go on with serve --run ${id}`,
        );
      const episodes = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', id)
        .where('startedAt', '>', time)
        .execute();
      await db.transaction().execute(async (t) => {
        await t
          .deleteFrom('feedback')
          .where('runId', '=', id)
          .where('sequence', '>', feedbackSequence)
          .execute();
        await t
          .deleteFrom('episode')
          .where('runId', '=', id)
          .where('startedAt', '>', time)
          .execute();
        const after = (field: string, value: number) =>
          sql<boolean>`json_extract(body, ${`$.${field}`}) > ${value}`;
        await t
          .deleteFrom('query')
          .where('runId', '=', id)
          .where(after('createdAt', time))
          .execute();
        await t
          .deleteFrom('metrics')
          .where('runId', '=', id)
          .where(after('environmentSteps', environmentSteps))
          .execute();
        await audit.append(t, [runEvent('run.rewound', id)]);
      });
      for (const episode of episodes) rmSync(episodePath(episode.id), { force: true });
    },
  };
}
