/** What is small and must be found, in tables; what is large, in files beside them. */
import { type Kysely, sql } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { stepsOf } from '../../agent/feedback.ts';
import type { MetricsPoint } from '../protocol/index.ts';
import { createAccounts } from './accounts.ts';
import { createAsks } from './asks.ts';
import { createAssignments } from './assignments.ts';
import { signHead } from './audit-heads.ts';
import { createAuditLog, feedbackEvent } from './audit-log.ts';
import { createAutomation } from './automation.ts';
import { createCampaigns } from './campaigns.ts';
import { createComments } from './comments.ts';
import { createConsents } from './consents.ts';
import type { Storage, StoredQuery } from './contract.ts';
import { createDatasets } from './datasets.ts';
import { createDeliveries } from './deliveries.ts';
import type { Engine } from './engine.ts';
import { pageEpisodes } from './episode-pages.ts';
import { fromRow, toRow } from './episode-row.ts';
import type { Files } from './files.ts';
import { createKeptEpisodes } from './kept-episodes.ts';
import { createLineage } from './lineage.ts';
import { createMarks } from './marks.ts';
import { createModels } from './models.ts';
import { createQuality } from './quality.ts';
import { queryRow } from './query-row.ts';
import { createRetention } from './retention.ts';
import { createReviews } from './reviews.ts';
import { createRuns } from './runs.ts';
import type { Tables } from './schema.ts';
import { createSubjects } from './subjects.ts';

/** @param heads folder of the signed heads of the audit log, their key and that of pseudonyms */
export function createRecords(
  db: Kysely<Tables>,
  engine: Engine,
  files: Files,
  heads: string,
): Storage {
  const audit = createAuditLog(db, engine);
  const write = <T>(work: (t: Kysely<Tables>) => Promise<T>) => engine.write(db, work);
  const parts = { db, engine, files, audit, write };
  const kept = createKeptEpisodes(parts);
  const assignments = createAssignments(parts);

  return {
    problems: files.problems,
    getEpisode: files.getEpisode,
    putCheckpoint: files.putCheckpoint,
    newDraft: files.newDraft,
    adoptCheckpoint: files.adoptCheckpoint,
    dropDraft: files.dropDraft,
    getCheckpoint: files.getCheckpoint,
    verify: files.verify,
    occupy: engine.occupy,
    claimRun: engine.claimRun,
    releaseRun: engine.releaseRun,
    ...createRuns(parts),
    ...assignments.storage,
    ...createAccounts(parts),
    ...createQuality(parts, assignments.put, kept.note),
    ...createReviews(parts, assignments.put),
    ...createConsents(parts),
    ...createDeliveries(parts),
    ...createSubjects(parts, heads),
    ...createRetention(parts, kept),
    ...createLineage(parts),
    ...createModels(parts),
    ...createAutomation(parts, kept.note),
    ...createComments(parts, kept.note),
    ...createAsks(parts),
    ...createCampaigns(parts),
    ...createDatasets(parts),
    ...createMarks(db),
    async appendFeedback(feedback, rows = []) {
      kept.note(stepsOf(feedback).keys());
      return write(async (t) => {
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
      await files.putEpisode(episode);
      const row = toRow(episode, live);
      await db
        .insertInto('episode')
        .values(row)
        .onConflict((c) => c.column('id').doUpdateSet(row))
        .execute();
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
    pageEpisodes: (runId, request) => pageEpisodes(parts, runId, request),
    pruneEpisodes: kept.prune,
    async putQueries(queries) {
      if (queries.length === 0) return;
      for (const { segments, expiresAt } of queries)
        kept.note(
          segments.map((segment) => segment.episodeId),
          expiresAt,
        );
      const rows = queries.map(queryRow);
      await write((t) =>
        t
          .insertInto('query')
          .values(rows)
          .onConflict((c) => c.column('id').doNothing())
          .execute(),
      );
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
      const row = { runId, time, learnerUpdates, body: JSON.stringify(point) };
      await write((t) => t.insertInto('metrics').values(row).execute());
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
              sql<number>`row_number() over (order by ${sql.ref('time')} desc) - 1`.as('i'),
            ])
            .as('m'),
        )
        .select('body')
        .where(sql<number>`${sql.ref('i')} % ${every}`, '=', 0)
        .orderBy('time')
        .execute();
      return rows.map((r) => JSON.parse(r.body) as MetricsPoint);
    },
    isShared: engine.isShared,
    readAudit: audit.read,
    openAlerts: audit.openAlerts,
    appendAudit: (events) => write((t) => audit.append(t, events)),
    signAudit: async (time) => signHead(heads, await audit.head(), time),
    async expectRoom() {
      await engine.expectWritable(db);
      await files.expectUsable();
    },
    async close() {
      files.close();
      await engine.end();
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
