/** The table of comments on stretches of episodes. */
import type { Selectable } from 'kysely';
import { type AuditEvent, textHash } from './audit-chain.ts';
import type { Comment, CommentStorage } from './comments-contract.ts';
import type { KeptEpisodes } from './kept-episodes.ts';
import type { Parts } from './parts.ts';
import type { Tables } from './schema.ts';

/** @param keep these episodes stay */
export function createComments(
  { db, audit, write }: Parts,
  keep: KeptEpisodes['note'],
): CommentStorage {
  const all = () => db.selectFrom('comment').selectAll().orderBy('at').orderBy('id');
  return {
    putComment(comment) {
      keep([comment.episodeId]);
      return write(async (t) => {
        const { from: fromStep, to: toStep, ...rest } = comment;
        const added = await t
          .insertInto('comment')
          .values({ ...rest, fromStep, toStep })
          .onConflict((c) => c.column('id').doNothing())
          .executeTakeFirst();
        if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0) return;
        const { id, teacherId, text } = comment;
        await audit.append(t, [
          { ...event('comment.given', teacherId, id), after: textHash(text) },
        ]);
      });
    },
    resolveComment: (id, isResolved, actor, at) =>
      write(async (t) => {
        const { numUpdatedRows } = await t
          .updateTable('comment')
          .set(
            isResolved
              ? { resolvedBy: actor, resolvedAt: at }
              : { resolvedBy: null, resolvedAt: null },
          )
          .where('id', '=', id)
          .where('replyTo', 'is', null)
          .where('resolvedBy', isResolved ? 'is' : 'is not', null)
          .executeTakeFirst();
        if (Number(numUpdatedRows) === 0) return false;
        await audit.append(t, [
          event(isResolved ? 'comment.resolved' : 'comment.reopened', actor, id),
        ]);
        return true;
      }),
    async findComment(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && commentOf(row);
    },
    commentsOn: async (episodeId) =>
      (await all().where('episodeId', '=', episodeId).execute()).map(commentOf),
    listComments: async (runId) =>
      (await all().where('runId', '=', runId).execute()).map(commentOf),
  };
}

export function commentOf({
  fromStep: from,
  toStep: to,
  ...row
}: Selectable<Tables['comment']>): Comment {
  return { ...row, from, to };
}

function event(
  action: Extract<AuditEvent['action'], `comment.${string}`>,
  actor: string,
  objectId: string,
): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor, objectType: 'comment', objectId, ...nothing };
}
