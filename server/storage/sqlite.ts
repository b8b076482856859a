/** SQLite for what is small and must be found, files for episodes and checkpoints. */
import { existsSync, renameSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { stepsOf } from '../../agent/feedback.ts';
import type { MetricsPoint } from '../protocol/index.ts';
import { createAccounts } from './accounts.ts';
import { createAssignments } from './assignments.ts';
import { signHead } from './audit-heads.ts';
import { createAuditLog, feedbackEvent } from './audit-log.ts';
import { createCheckpointFiles } from './checkpoint-files.ts';
import type { Storage, StoredQuery } from './contract.ts';
import { expectWritable, openDatabase } from './database.ts';
import { parseEpisode, readEpisodeFile, writeEpisodeFile } from './episode-file.ts';
import { pageEpisodes } from './episode-pages.ts';
import { fromRow, toRow } from './episode-row.ts';
import { makeFolders } from './folders.ts';
import { createQuality } from './quality.ts';
import { createRetention } from './retention.ts';
import { createRuns } from './runs.ts';
import type { Tables } from './schema.ts';
import type { DiskCalls, WriteOptions } from './write-file.ts';

/**
 * Opens or creates the storage in a folder. `calls`: the disk, for tests that fill it.
 * @throws Error for a database of a newer Reins.
 */
export function openStorage(folder: string, calls?: DiskCalls): Storage {
  const writing: WriteOptions = calls ? { calls } : {};
  const { episodes, checkpoints, corrupt } = makeFolders(folder);
  const database = join(folder, 'reins.db');
  const db = openDatabase(database);
  const problems: string[] = [];
  let closed = false;
  const episodePath = (id: string) => join(episodes, `${id}.episode`);
  const checkpointPath = (runId: string) => join(checkpoints, `${runId}.checkpoint`);

  const retention = createRetention(db, episodePath);
  const audit = createAuditLog(db);
  const assignments = createAssignments(db, audit);

  /** A broken file is moved out of the way and named; the caller goes on without it. */
  function setAside(path: string, name: string, error: unknown): undefined {
    const why = error instanceof Error ? error.message : String(error);
    try {
      renameSync(path, join(corrupt, name));
      problems.push(`${name}: ${why}; moved to corrupt/`);
    } catch (failure) {
      // Gone already: somebody else came across it at the same time.
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      problems.push(`${name}: ${why}; it could not be moved to corrupt/: ${failure}`);
    }
    return undefined;
  }

  /** Files are read beside other work, one at a time, the newest name first. */
  async function verify(): Promise<void> {
    const names = (await readdir(episodes)).filter((name) => name.endsWith('.episode'));
    for (const name of names.sort().reverse()) {
      if (closed) return;
      const path = join(episodes, name);
      try {
        parseEpisode(await readFile(path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(path, name, error);
      }
    }
  }

  return {
    problems,
    ...createCheckpointFiles(checkpointPath, setAside, writing),
    ...createRuns(db, episodePath, checkpointPath, audit),
    ...assignments.storage,
    ...createAccounts(db, audit),
    ...createQuality(db, audit, assignments.put, retention.note),
    async appendFeedback(feedback, rows = []) {
      retention.note(stepsOf(feedback).keys());
      return db.transaction().execute(async (t) => {
        const body = JSON.stringify(feedback);
        const appended = await insertFeedback(t, feedback, body);
        if (appended.duplicate) return appended;
        await audit.append(t, [feedbackEvent(feedback, body)]);
        await assignments.put(t, rows);
        return appended;
      });
    },
    async readFeedback(runId, after) {
      const rows = await db
        .selectFrom('feedback')
        .select(['sequence', 'body'])
        .where('runId', '=', runId)
        .where('sequence', '>', after)
        .orderBy('sequence')
        .execute();
      return rows.map((r) => ({ sequence: r.sequence, feedback: JSON.parse(r.body) as Feedback }));
    },
    async countFeedback(runId) {
      const row = await db
        .selectFrom('feedback')
        .select((e) => e.fn.countAll<number>().as('n'))
        .where('runId', '=', runId)
        .where('kind', 'not in', ['retraction', 'counterfactual'])
        .executeTakeFirstOrThrow();
      return Number(row.n);
    },
    async hasFeedback(id) {
      const row = await db
        .selectFrom('feedback')
        .select('id')
        .where('id', '=', id)
        .executeTakeFirst();
      return row !== undefined;
    },
    async putEpisode(episode, { live }) {
      writeEpisodeFile(episodePath(episode.id), episode, writing);
      const row = toRow(episode, live);
      await db
        .insertInto('episode')
        .values(row)
        .onConflict((c) => c.column('id').doUpdateSet(row))
        .execute();
    },
    async getEpisode(id) {
      const path = episodePath(id);
      if (!existsSync(path)) return undefined;
      try {
        return readEpisodeFile(path);
      } catch (error) {
        return setAside(path, `${id}.episode`, error);
      }
    },
    async findEpisode(id) {
      const row = await db
        .selectFrom('episode')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async listEpisodes(runId, limit) {
      const rows = await db
        .selectFrom('episode')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('startedAt', 'desc')
        .limit(limit)
        .execute();
      return rows.map(fromRow);
    },
    pageEpisodes: (runId, request) => pageEpisodes(db, runId, request),
    pruneEpisodes: retention.prune,
    async putQueries(queries) {
      if (queries.length === 0) return;
      for (const { segments, expiresAt } of queries)
        retention.note(
          segments.map((segment) => segment.episodeId),
          expiresAt,
        );
      const rows = queries.map((q) => ({ id: q.id, runId: q.runId, body: JSON.stringify(q) }));
      await db
        .insertInto('query')
        .values(rows)
        .onConflict((c) => c.column('id').doNothing())
        .execute();
    },
    async getQuery(id) {
      const row = await db
        .selectFrom('query')
        .select('body')
        .where('id', '=', id)
        .executeTakeFirst();
      return row && (JSON.parse(row.body) as StoredQuery);
    },
    async appendMetrics(runId, point) {
      const { time, learnerUpdates } = point;
      await db
        .insertInto('metrics')
        .values({ runId, time, learnerUpdates, body: JSON.stringify(point) })
        .execute();
    },
    async readMetrics(runId, since, limit) {
      const of = db
        .selectFrom('metrics')
        .where('runId', '=', runId)
        .where('learnerUpdates', '>=', since);
      const { n } = await of
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      const every = Math.max(1, Math.ceil(Number(n) / limit));
      // Thinned by the database: the history of days does not fit into memory.
      const rows = await db
        .selectFrom(
          of
            .select([
              'body',
              'time',
              sql<number>`row_number() over (order by time desc) - 1`.as('i'),
            ])
            .as('m'),
        )
        .select('body')
        .where(sql<number>`i % ${every}`, '=', 0)
        .orderBy('time')
        .execute();
      return rows.map((r) => JSON.parse(r.body) as MetricsPoint);
    },
    readAudit: audit.read,
    appendAudit: (events) => db.transaction().execute((t) => audit.append(t, events)),
    signAudit: async (time) => signHead(folder, await audit.head(), time),
    expectRoom: () => expectWritable(db, database),
    verify,
    async close() {
      closed = true;
      await db.destroy();
    },
  };
}

async function insertFeedback(t: Kysely<Tables>, feedback: Feedback, body: string) {
  const { id, runId, teacherId, kind, receivedAt } = feedback;
  const result = await t
    .insertInto('feedback')
    .values({ id, runId, teacherId, kind, receivedAt, body })
    .onConflict((c) => c.column('id').doNothing())
    .executeTakeFirst();
  const duplicate = Number(result.numInsertedOrUpdatedRows ?? 0) === 0;
  const { sequence } = await t
    .selectFrom('feedback')
    .select('sequence')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { sequence, duplicate };
}
