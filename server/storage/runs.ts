/** The runs of a database. */
import { runEvent } from './audit-log.ts';
import type { Run, RunIdentity, Storage } from './contract.ts';
import type { Parts } from './parts.ts';

type Runs = Pick<
  Storage,
  'createRun' | 'latestRun' | 'listRuns' | 'describeRun' | 'deleteRun' | 'rewindRun'
>;

/** Teachers that are programs: they say it again. */
export const SYNTHETIC = 'synthetic-';

const OF_A_RUN = [
  'feedback',
  'episode',
  'query',
  'assignment',
  'probe',
  'gold',
  'standing',
  'review',
  'model',
  'look',
  'automatic',
  'comment',
  'ask',
  'campaign',
  'dataset',
  'erased',
  'usage',
  'exclusion',
  'metrics',
  'runDetail',
] as const;

export function createRuns({ db, engine, files, audit, write }: Parts): Runs {
  async function listRuns(): Promise<Run[]> {
    const rows = await db
      .selectFrom('run')
      .leftJoin('runDetail', 'runDetail.runId', 'run.id')
      .selectAll('run')
      .select(['runDetail.name', 'runDetail.notes', 'runDetail.identity', 'runDetail.places'])
      .orderBy('createdAt', 'desc')
      .execute();
    return rows.map(({ name, notes, identity, places, engine, ...run }) => ({
      ...run,
      ...(engine === null ? {} : { engine }),
      ...(name === null ? {} : { name }),
      ...(notes === null ? {} : { notes }),
      ...(identity === null ? {} : { identity: JSON.parse(identity) as RunIdentity }),
      ...(places === null ? {} : { places: JSON.parse(places) as Record<string, string> }),
    }));
  }

  return {
    listRuns,
    latestRun: async () => (await listRuns())[0],
    async createRun({ name, notes, identity, places, ...run }) {
      const detail = {
        runId: run.id,
        name: name ?? null,
        notes: notes ?? null,
        identity: identity ? JSON.stringify(identity) : null,
        places: places ? JSON.stringify(places) : null,
      };
      await write(async (t) => {
        await t
          .insertInto('run')
          .values({ engine: null, ...run })
          .execute();
        await t.insertInto('runDetail').values(detail).execute();
        await audit.append(t, [runEvent('run.created', run.id)]);
      });
    },
    async describeRun(id, change) {
      await write(async (t) => {
        await t
          .insertInto('runDetail')
          .values({ runId: id, name: null, notes: null, identity: null, places: null, ...change })
          .onConflict((c) => c.column('runId').doUpdateSet(change))
          .execute();
        await audit.append(t, [
          runEvent(change.name === undefined ? 'run.noted' : 'run.renamed', id),
        ]);
      });
    },
    async deleteRun(id) {
      const episodes = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', id)
        .execute();
      const kept = await Promise.all(
        (['model', 'look'] as const).map((table) =>
          db.selectFrom(table).select('id').where('runId', '=', id).execute(),
        ),
      );
      await write(async (t) => {
        for (const table of OF_A_RUN) await t.deleteFrom(table).where('runId', '=', id).execute();
        await t.deleteFrom('run').where('id', '=', id).execute();
        await audit.append(t, [runEvent('run.deleted', id)]);
      });
      // Files last: without their rows nothing asks for them.
      await files.deleteEpisodes(episodes.map((episode) => episode.id));
      await files.deleteCheckpoints(id);
      await files.deleteModels(kept.flat().map((model) => model.id));
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
      const comments = await db
        .selectFrom('comment')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('runId', '=', id)
        .where('at', '>', time)
        .executeTakeFirstOrThrow();
      if (Number(comments.n) > 0)
        throw new RangeError(
          `run: ${id} has ${comments.n} comments of people after its checkpoint, which going back would lose; go on with serve --run ${id}`,
        );
      const episodes = await db
        .selectFrom('episode')
        .select('id')
        .where('runId', '=', id)
        .where('startedAt', '>', time)
        .execute();
      await write(async (t) => {
        await t.deleteFrom('usage').where('feedbackId', 'in', later.select('id')).execute();
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
        await t
          .deleteFrom('query')
          .where('runId', '=', id)
          .where(engine.number('body', 'createdAt'), '>', time)
          .execute();
        for (const table of ['automatic', 'look', 'ask'] as const)
          await t.deleteFrom(table).where('runId', '=', id).where('at', '>', time).execute();
        await t
          .deleteFrom('metrics')
          .where('runId', '=', id)
          .where(engine.number('body', 'environmentSteps'), '>', environmentSteps)
          .execute();
        await audit.append(t, [runEvent('run.rewound', id)]);
      });
      await files.deleteEpisodes(episodes.map((episode) => episode.id));
    },
  };
}
