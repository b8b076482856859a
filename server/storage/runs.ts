/** The runs of a database. */
import { rmSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { type AuditLog, runEvent } from './audit-log.ts';
import type { Run, RunIdentity, Storage } from './contract.ts';
import type { Tables } from './schema.ts';

type Runs = Pick<Storage, 'createRun' | 'latestRun' | 'listRuns' | 'renameRun' | 'deleteRun'>;

const OF_A_RUN = ['feedback', 'episode', 'query', 'assignment', 'metrics', 'runDetail'] as const;

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
      .select(['runDetail.name', 'runDetail.identity'])
      .orderBy('createdAt', 'desc')
      .execute();
    return rows.map(({ name, identity, engine, ...run }) => ({
      ...run,
      ...(engine === null ? {} : { engine }),
      ...(name === null ? {} : { name }),
      ...(identity === null ? {} : { identity: JSON.parse(identity) as RunIdentity }),
    }));
  }

  return {
    listRuns,
    latestRun: async () => (await listRuns())[0],
    async createRun({ name, identity, ...run }) {
      const detail = {
        runId: run.id,
        name: name ?? null,
        identity: identity ? JSON.stringify(identity) : null,
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
          .values({ runId: id, name, identity: null })
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
  };
}
