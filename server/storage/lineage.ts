/** The tables of which policy has learned from what. */
import type { Feedback } from '../../agent/contract.ts';
import type { LineageStorage, UsedFeedback } from './lineage-contract.ts';
import type { Parts } from './parts.ts';

/** Of feedback from before it was noted which policy has learned from what (see the migration). */
export const BEFORE = -1;
const NO_LABELS = ['retraction', 'counterfactual'];

export function createLineage({ db, write }: Parts): LineageStorage {
  const joined = (runId: string) =>
    db
      .selectFrom('feedback')
      .leftJoin('usage', 'usage.feedbackId', 'feedback.id')
      .where('feedback.runId', '=', runId);
  const retractions = (runId: string) =>
    db
      .selectFrom('feedback')
      .select(['id', 'body'])
      .where('runId', '=', runId)
      .where('kind', '=', 'retraction')
      .execute();

  return {
    notePublished: (runId, { version, applied, unused, excluded, rejected = [], isFirst, time }) =>
      write(async (t) => {
        if (isFirst)
          for (const table of ['usage', 'exclusion'] as const)
            await t
              .deleteFrom(table)
              .where('runId', '=', runId)
              .where('version', '>=', version)
              .execute();
        const rows = [
          ...applied.map((feedbackId) => ({ feedbackId, runId, version, usedAt: time })),
          ...unused.map((feedbackId) => ({ feedbackId, runId, version: null, usedAt: time })),
        ];
        for (const row of rows) {
          const { feedbackId: _, ...rest } = row;
          await t
            .insertInto('usage')
            .values(row)
            .onConflict((c) => c.column('feedbackId').doUpdateSet(rest))
            .execute();
        }
        if (!excluded) return;
        const lists = { teachers: JSON.stringify(excluded), feedback: JSON.stringify(rejected) };
        await t
          .insertInto('exclusion')
          .values({ runId, version, ...lists })
          .onConflict((c) => c.columns(['runId', 'version']).doUpdateSet(lists))
          .execute();
      }),
    async usedFeedback(runId) {
      const taken = new Map(
        (await retractions(runId)).map(({ id, body }) => [
          id,
          (JSON.parse(body) as Extract<Feedback, { kind: 'retraction' }>).feedbackId,
        ]),
      );
      const rows = await joined(runId)
        .select(['feedback.id', 'feedback.sequence', 'feedback.kind', 'feedback.teacherId'])
        .select(['usage.version', 'usage.usedAt'])
        .where('usage.version', '>', BEFORE)
        .orderBy('feedback.sequence')
        .execute();
      return rows.map(({ id, version, usedAt, ...row }): UsedFeedback => {
        const retracts = taken.get(id);
        return {
          ...{ ...row, kind: row.kind as Feedback['kind'], feedbackId: id },
          ...{ version: version!, usedAt: usedAt! },
          ...(retracts === undefined ? {} : { retracts }),
        };
      });
    },
    async unusedFeedback(runId) {
      const rows = await joined(runId)
        .select(['feedback.sequence', 'feedback.body', 'usage.feedbackId', 'usage.version'])
        .where('feedback.kind', 'not in', NO_LABELS)
        .where((e) => e.or([e('usage.version', 'is', null), e('usage.version', '=', BEFORE)]))
        .orderBy('feedback.sequence')
        .execute();
      return rows.map(({ sequence, body, feedbackId, version }) => ({
        sequence,
        feedback: JSON.parse(body) as Feedback,
        state: version === BEFORE ? 'before' : feedbackId === null ? 'waiting' : 'told',
      }));
    },
    async usedTotals(runId) {
      const { n, newest } = await joined(runId)
        .select((e) => [e.fn.countAll<number>().as('n'), e.fn.max('usage.version').as('newest')])
        .where('feedback.kind', 'not in', NO_LABELS)
        .where('usage.version', '>', BEFORE)
        .executeTakeFirstOrThrow();
      return { labels: Number(n), newest: newest ?? null };
    },
    retractedFeedback: async (runId) =>
      (await retractions(runId)).map(
        ({ body }) => (JSON.parse(body) as Extract<Feedback, { kind: 'retraction' }>).feedbackId,
      ),
    async exclusions(runId) {
      const rows = await db
        .selectFrom('exclusion')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('version')
        .execute();
      return rows.map(({ version, teachers, feedback }) => ({
        version,
        teacherIds: JSON.parse(teachers) as string[],
        feedbackIds: JSON.parse(feedback) as string[],
      }));
    },
  };
}
