/** The table of what supervisors decided about answers. */
import type { Assignments } from './assignments.ts';
import type { Parts } from './parts.ts';
import type { Review, ReviewStorage } from './reviews-contract.ts';

export function createReviews(
  { db, audit, write }: Parts,
  putAssignments: Assignments['put'],
): ReviewStorage {
  return {
    putReview: (review, assignments) =>
      write(async (t) => {
        const added = await t
          .insertInto('review')
          .values(review)
          .onConflict((c) => c.column('id').doNothing())
          .executeTakeFirst();
        if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0) return;
        // The reason is a person's own words, and not for the log.
        const nothing = { role: null, before: null, after: null };
        await audit.append(t, [
          {
            ...{ action: 'answer.reviewed', actor: review.reviewer, objectType: 'feedback' },
            ...{ objectId: review.feedbackId, reason: review.verdict, ...nothing },
          },
        ]);
        await putAssignments(t, assignments);
      }),
    async listReviews(runId) {
      const rows = await db
        .selectFrom('review')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows as Review[];
    },
  };
}
