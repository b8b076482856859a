/** The tables of holds and erasures, and everything that is kept of one person. */

import type { Feedback } from '../../agent/contract.ts';
import type { AuditEvent } from './audit-chain.ts';
import type { Assignment } from './contract.ts';
import { createErase } from './erase.ts';
import type { Parts } from './parts.ts';
import type { Review } from './reviews-contract.ts';
import {
  campaignsBy,
  commentsBy,
  erasureOf,
  modelsNaming,
  reviewsNaming,
  rowsNaming,
} from './subject-rows.ts';
import type { StudyText, SubjectStorage } from './subjects-contract.ts';

/** @param folder of the key of the pseudonyms */
export function createSubjects(parts: Parts, folder: string): SubjectStorage {
  const erase = createErase(parts, folder);
  return { ...createReading(parts), ...createHolds(parts), ...createRequests(parts), ...erase };
}

function createReading({
  db,
  audit,
}: Parts): Pick<SubjectStorage, 'knowsSubject' | 'readSubject' | 'listErased'> {
  const of = (
    table: 'feedback' | 'assignment' | 'probe' | 'standing' | 'consent' | 'hold' | 'comment',
    teacherId: string,
  ) => db.selectFrom(table as 'consent').where('teacherId', '=', teacherId);

  return {
    async knowsSubject(teacherId) {
      const account = await db
        .selectFrom('account')
        .select('id')
        .where('id', '=', teacherId)
        .executeTakeFirst();
      if (account) return true;
      const tables = ['feedback', 'assignment', 'standing', 'consent', 'hold', 'comment'] as const;
      for (const table of tables)
        if (await of(table, teacherId).select('teacherId').limit(1).executeTakeFirst()) return true;
      return false;
    },
    async readSubject(teacherId) {
      const account = await db
        .selectFrom('account')
        .select(['id', 'name', 'role', 'identity', 'rule', 'createdAt', 'disabledAt'])
        .where('id', '=', teacherId)
        .executeTakeFirst();
      const feedback = await db
        .selectFrom('feedback')
        .select(['sequence', 'body'])
        .where('teacherId', '=', teacherId)
        .orderBy('sequence')
        .execute();
      const erasures = await db.selectFrom('erasure').selectAll().orderBy('requestedAt').execute();
      return {
        account: account ?? null,
        logins: await db
          .selectFrom('login')
          .select(['createdAt', 'expiresAt'])
          .where('accountId', '=', teacherId)
          .execute(),
        consents: await of('consent', teacherId).selectAll().execute(),
        feedback: feedback.map(({ sequence, body }) => ({
          sequence,
          feedback: JSON.parse(body) as Feedback,
        })),
        assignments: (await db
          .selectFrom('assignment')
          .selectAll()
          .where('teacherId', '=', teacherId)
          .orderBy('token')
          .execute()) as Assignment[],
        probes: await db
          .selectFrom('probe')
          .selectAll()
          .where('teacherId', '=', teacherId)
          .execute(),
        standings: await db
          .selectFrom('standing')
          .selectAll()
          .where('teacherId', '=', teacherId)
          .execute(),
        reviews: (await reviewsNaming(db, teacherId).orderBy('at').execute()) as Review[],
        comments: await commentsBy(db, teacherId),
        models: await modelsNaming(db, teacherId).execute(),
        campaigns: await campaignsBy(db, teacherId).execute(),
        hold:
          (await db
            .selectFrom('hold')
            .selectAll()
            .where('teacherId', '=', teacherId)
            .executeTakeFirst()) ?? null,
        erasures: erasures.map(erasureOf).filter(({ subject }) => subject === teacherId),
        audit: await rowsNaming(audit.read, teacherId),
      };
    },
    async listErased(runId) {
      const rows = await db
        .selectFrom('erased')
        .selectAll()
        .where('runId', '=', runId)
        .orderBy('sequence')
        .execute();
      return rows.map((row) => ({ ...row, isLearned: row.isLearned === 1 }));
    },
  };
}

function createHolds({
  db,
  audit,
  write,
}: Parts): Pick<SubjectStorage, 'listHolds' | 'putHold' | 'releaseHold' | 'putText' | 'listTexts'> {
  return {
    listHolds: () => db.selectFrom('hold').selectAll().orderBy('since').execute(),
    putHold: (hold) =>
      write(async (t) => {
        const { teacherId, ...rest } = hold;
        await t
          .insertInto('hold')
          .values(hold)
          .onConflict((c) => c.column('teacherId').doUpdateSet(rest))
          .execute();
        await audit.append(t, [event('hold.placed', hold.actor, teacherId)]);
      }),
    releaseHold: (teacherId, actor) =>
      write(async (t) => {
        const { numDeletedRows } = await t
          .deleteFrom('hold')
          .where('teacherId', '=', teacherId)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) return false;
        await audit.append(t, [event('hold.released', actor, teacherId)]);
        return true;
      }),
    async putText(text) {
      await db
        .insertInto('text')
        .values(text)
        .onConflict((c) => c.doNothing())
        .execute();
    },
    listTexts: async () =>
      (await db.selectFrom('text').selectAll().orderBy('since').execute()) as StudyText[],
  };
}

function createRequests({
  db,
  audit,
  write,
}: Parts): Pick<
  SubjectStorage,
  'listErasures' | 'putErasure' | 'approveErasure' | 'withdrawErasure'
> {
  return {
    listErasures: async () =>
      (await db.selectFrom('erasure').selectAll().orderBy('requestedAt').execute()).map(erasureOf),
    putErasure: ({ withAnswers, result: _, ...erasure }) =>
      write(async (t) => {
        const { id, requestedBy, approvedBy } = erasure;
        const row = { ...erasure, withAnswers: withAnswers ? 1 : 0, result: null };
        await t.insertInto('erasure').values(row).execute();
        const reason = withAnswers ? 'with answers' : 'without answers';
        const events = [event('erasure.requested', requestedBy, id, reason)];
        if (approvedBy !== null) events.push(event('erasure.approved', approvedBy, id, reason));
        await audit.append(t, events);
      }),
    approveErasure: (id, approvedBy, approvedAt) =>
      write(async (t) => {
        const { numUpdatedRows } = await t
          .updateTable('erasure')
          .set({ approvedBy, approvedAt })
          .where('id', '=', id)
          .where('approvedBy', 'is', null)
          .executeTakeFirst();
        if (Number(numUpdatedRows) === 0) return false;
        await audit.append(t, [event('erasure.approved', approvedBy, id)]);
        return true;
      }),
    withdrawErasure: (id, actor) =>
      write(async (t) => {
        const { numDeletedRows } = await t
          .deleteFrom('erasure')
          .where('id', '=', id)
          .where('doneAt', 'is', null)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) return false;
        await audit.append(t, [event('erasure.withdrawn', actor, id)]);
        return true;
      }),
  };
}

function event(
  action: Extract<AuditEvent['action'], `hold.${string}` | `erasure.${string}`>,
  actor: string,
  objectId: string,
  reason: string | null = null,
): AuditEvent {
  const objectType = action.startsWith('hold') ? 'account' : 'erasure';
  return { action, actor, objectType, objectId, reason, role: null, before: null, after: null };
}
