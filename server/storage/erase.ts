/**
 * Carries out an erasure: name, password, logins, agreements and free text go; a keyed hash stands where the person's
 * id stood. What they said stays without them, or goes too: then a retraction takes its place in the log, by which
 * every learner that goes on with the run takes it out. The audit log holds ids and hashes alone and stays as it is.
 */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { isLabel } from '../../agent/feedback.ts';
import { type AuditEvent, textHash } from './audit-chain.ts';
import { assignmentEvent } from './audit-log.ts';
import type { Assignment } from './contract.ts';
import { renameInDatasets } from './datasets.ts';
import type { Parts } from './parts.ts';
import { pseudonymOf } from './pseudonym.ts';
import { renameInCheckpoints } from './rename-in-checkpoint.ts';
import type { Tables } from './schema.ts';
import { erasureOf, reviewsNaming, rowsNaming } from './subject-rows.ts';
import type { Erasure, ErasureResult, SubjectStorage } from './subjects-contract.ts';
import { leaveTrace, putBack, type Row, RULES, withoutAnswer, withoutWords } from './take-out.ts';

type Transaction = Kysely<Tables>;

interface Work {
  readonly t: Transaction;
  readonly erasure: Erasure;
  /** In whose place it stands from now on. */
  readonly pseudonym: string;
  readonly at: number;
  readonly events: AuditEvent[];
  readonly rows: Record<string, number>;
}

export function createErase(parts: Parts, folder: string): Pick<SubjectStorage, 'erase'> {
  const { db, engine, audit, files } = parts;
  return {
    async erase(id, at) {
      const erasure = await expectApproved(db, id);
      const { subject } = erasure;
      const pseudonym = pseudonymOf(folder, subject, id);
      const runs = await db.selectFrom('run').select('id').execute();
      const auditRows = (await rowsNaming(audit.read, subject)).length;
      const work = async (t: Transaction) => {
        await engine.expectAlone(t);
        const reached = new Map<string, number>();
        for (const { id: runId } of runs)
          reached.set(runId, await renameInCheckpoints(files, runId, subject, pseudonym));
        const erasing: Work = { t, erasure, pseudonym, at, events: [], rows: {} };
        await eraseReviews(erasing); // while it is known what they said
        const answers = await eraseFeedback(erasing, parts, reached);
        await eraseAssignments(erasing);
        await eraseQuality(erasing);
        await eraseComments(erasing);
        erasing.rows.dataset = await renameInDatasets(t, erasure.subject, pseudonym);
        await eraseIdentity(erasing);
        const result: ErasureResult = { ...answers, rows: erasing.rows, auditRows };
        const text = JSON.stringify(result);
        await t
          .updateTable('erasure')
          .set({ subject: pseudonym, doneAt: at, result: text })
          .where('id', '=', id)
          .execute();
        await audit.append(t, [...erasing.events, doneEvent(id, textHash(text))]);
        return result;
      };
      const result = await engine.forget(db, work, true);
      await files.tidy();
      return result;
    },
  };
}

async function expectApproved(db: Transaction, id: string): Promise<Erasure> {
  const row = await db.selectFrom('erasure').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || row.approvedBy === null || row.doneAt !== null)
    throw new RangeError(`erasure: ${id} is not one that is approved and waits`);
  const hold = await db
    .selectFrom('hold')
    .select('teacherId')
    .where('teacherId', '=', row.subject)
    .executeTakeFirst();
  if (hold) throw new RangeError(`erasure: ${id} is of somebody who is held; release them first`);
  return erasureOf(row);
}

async function eraseFeedback(
  work: Work,
  parts: Parts,
  reached: ReadonlyMap<string, number>,
): Promise<Pick<ErasureResult, 'removed' | 'learnedIn'>> {
  const { t, erasure, pseudonym } = work;
  const rows: Row[] = await t
    .selectFrom('feedback')
    .selectAll()
    .where('teacherId', '=', erasure.subject)
    .orderBy('sequence')
    .execute();
  work.rows.feedback = rows.length;
  await t.deleteFrom('feedback').where('teacherId', '=', erasure.subject).execute();
  if (!erasure.withAnswers) {
    for (const row of rows) await putBack(t, parts.engine, withoutWords(row, pseudonym));
    return { removed: 0, learnedIn: [] };
  }
  const learnedIn = new Set<string>();
  let removed = 0;
  for (const row of rows) {
    if (!isLabel({ kind: row.kind as Feedback['kind'] } as Feedback)) continue;
    removed++;
    const removal = { ...work, because: erasure.id, reached: reached.get(row.runId) ?? 0 };
    if (await leaveTrace(removal, { ...row, teacherId: pseudonym })) learnedIn.add(row.runId);
  }
  return { removed, learnedIn: [...learnedIn] };
}

async function eraseAssignments({ t, erasure, pseudonym, at, events, rows }: Work): Promise<void> {
  const { subject, withAnswers } = erasure;
  const all = (await t
    .selectFrom('assignment')
    .selectAll()
    .where('teacherId', '=', subject)
    .execute()) as Assignment[];
  rows.assignment = all.length;
  for (const row of all) {
    const ended = endOf(row, withAnswers, at);
    const { token, ...state } = { ...(ended ?? row), teacherId: pseudonym };
    await t.updateTable('assignment').set(state).where('token', '=', token).execute();
    if (ended) events.push(assignmentEvent({ token, ...state }));
  }
}

/** undefined: it stays as it ended. */
function endOf(row: Assignment, withAnswers: boolean, at: number): Assignment | undefined {
  if (row.state === 'leased') return { ...row, state: 'expired', reason: 'released', endedAt: at };
  return withAnswers && row.feedbackId !== null ? withoutAnswer(row) : undefined;
}

async function eraseQuality({ t, erasure, pseudonym, rows }: Work): Promise<void> {
  const { subject, withAnswers } = erasure;
  for (const { teachers, ...key } of await t.selectFrom('exclusion').selectAll().execute()) {
    const ids = (JSON.parse(teachers) as string[]).map((id) => (id === subject ? pseudonym : id));
    await t
      .updateTable('exclusion')
      .set({ teachers: JSON.stringify(ids) })
      .where('runId', '=', key.runId)
      .where('version', '=', key.version)
      .execute();
  }
  const standings = await t
    .selectFrom('standing')
    .selectAll()
    .where('teacherId', '=', subject)
    .execute();
  rows.standing = standings.length;
  await t.deleteFrom('standing').where('teacherId', '=', subject).execute();
  if (withAnswers) {
    const { numDeletedRows } = await t
      .deleteFrom('probe')
      .where('teacherId', '=', subject)
      .executeTakeFirst();
    rows.probe = Number(numDeletedRows);
  } else {
    for (const { reason, ...standing } of standings) {
      const kept = RULES.includes(reason) ? reason : 'erased';
      const values = { ...standing, teacherId: pseudonym, reason: kept };
      await t.insertInto('standing').values(values).execute();
    }
    const { numUpdatedRows } = await t
      .updateTable('probe')
      .set({ teacherId: pseudonym })
      .where('teacherId', '=', subject)
      .executeTakeFirst();
    rows.probe = Number(numUpdatedRows);
  }
}

/** Decisions stay; what was said with them goes, as does who decided. */
async function eraseReviews({ t, erasure, pseudonym, rows }: Work): Promise<void> {
  const { subject } = erasure;
  const reviews = await reviewsNaming(t, subject).execute();
  rows.review = reviews.length;
  for (const { id, reviewer } of reviews)
    await t
      .updateTable('review')
      .set({ reason: '', reviewer: reviewer === subject ? pseudonym : reviewer })
      .where('id', '=', id)
      .execute();
}

/** That they said something about a stretch stays, for those who answered; what they said does not. */
async function eraseComments({ t, erasure, pseudonym, rows }: Work): Promise<void> {
  const { subject } = erasure;
  const { numUpdatedRows } = await t
    .updateTable('comment')
    .set({ teacherId: pseudonym, text: '' })
    .where('teacherId', '=', subject)
    .executeTakeFirst();
  rows.comment = Number(numUpdatedRows);
  await t
    .updateTable('comment')
    .set({ resolvedBy: pseudonym })
    .where('resolvedBy', '=', subject)
    .execute();
}

/** What leads to them, and where they decided about others. */
async function eraseIdentity({ t, erasure, pseudonym, rows }: Work): Promise<void> {
  const { subject } = erasure;
  const account = await t.deleteFrom('account').where('id', '=', subject).executeTakeFirst();
  rows.account = Number(account.numDeletedRows);
  const login = await t.deleteFrom('login').where('accountId', '=', subject).executeTakeFirst();
  rows.login = Number(login.numDeletedRows);
  const consent = await t.deleteFrom('consent').where('teacherId', '=', subject).executeTakeFirst();
  rows.consent = Number(consent.numDeletedRows);
  await t.updateTable('invite').set({ usedBy: pseudonym }).where('usedBy', '=', subject).execute();
  for (const table of ['standing', 'hold'] as const)
    await t.updateTable(table).set({ actor: pseudonym }).where('actor', '=', subject).execute();
  await t
    .updateTable('retention')
    .set({ heldBy: pseudonym })
    .where('heldBy', '=', subject)
    .execute();
  await t.updateTable('sweep').set({ actor: pseudonym }).where('actor', '=', subject).execute();
  for (const column of ['requestedBy', 'approvedBy'] as const)
    await t
      .updateTable('erasure')
      .set({ [column]: pseudonym })
      .where(column, '=', subject)
      .execute();
  await t
    .updateTable('campaign')
    .set({ createdBy: pseudonym })
    .where('createdBy', '=', subject)
    .execute();
  for (const column of ['proposedBy', 'approvedBy', 'rolledBackBy'] as const)
    await t
      .updateTable('model')
      .set({ [column]: pseudonym })
      .where(column, '=', subject)
      .execute();
}

function doneEvent(objectId: string, after: string): AuditEvent {
  const nothing = { role: null, before: null, reason: null };
  return {
    action: 'erasure.done',
    actor: 'server',
    objectType: 'erasure',
    objectId,
    after,
    ...nothing,
  };
}
