/** Rows about one person, as both reading and erasing need them. */
import type { Kysely } from 'kysely';
import type { AuditEvent, AuditRow } from './audit-chain.ts';
import { commentOf } from './comments.ts';
import type { Comment } from './comments-contract.ts';
import type { Tables } from './schema.ts';
import type { Erasure, ErasureResult } from './subjects-contract.ts';

/** Rows of the audit log read at once. */
const PAGE = 10_000;

/** Rows whose actor or object somebody is. */
export async function rowsNaming(
  read: (after: number, limit: number) => Promise<AuditRow[]>,
  teacherId: string,
): Promise<AuditRow[]> {
  const found: AuditRow[] = [];
  for (let after = 0; ; ) {
    const rows = await read(after, PAGE);
    for (const row of rows) {
      const { actor, objectId } = JSON.parse(row.body) as AuditEvent;
      if (actor === teacherId || objectId === teacherId) found.push(row);
    }
    const last = rows.at(-1);
    if (!last) return found;
    after = last.seq;
  }
}

/** Decisions of somebody, and about what they said. */
export function reviewsNaming(db: Kysely<Tables>, teacherId: string) {
  const said = db.selectFrom('feedback').select('id').where('teacherId', '=', teacherId);
  return db
    .selectFrom('review')
    .selectAll()
    .where((e) => e.or([e('reviewer', '=', teacherId), e('feedbackId', 'in', said)]));
}

/** Oldest first. */
export async function commentsBy(db: Kysely<Tables>, teacherId: string): Promise<Comment[]> {
  const own = db.selectFrom('comment').selectAll().where('teacherId', '=', teacherId);
  return (await own.orderBy('at').execute()).map(commentOf);
}

/** Models that somebody proposed, approved or rolled back. */
export function modelsNaming(db: Kysely<Tables>, teacherId: string) {
  const by = ['proposedBy', 'approvedBy', 'rolledBackBy'] as const;
  return db
    .selectFrom('model')
    .select(['id', 'runId', ...by])
    .where((e) => e.or(by.map((column) => e(column, '=', teacherId))));
}

/** Campaigns that somebody made. */
export function campaignsBy(db: Kysely<Tables>, teacherId: string) {
  return db.selectFrom('campaign').select(['id', 'runId']).where('createdBy', '=', teacherId);
}

export function erasureOf({ withAnswers, result, ...row }: Tables['erasure']): Erasure {
  return {
    ...row,
    withAnswers: withAnswers === 1,
    result: result === null ? null : (JSON.parse(result) as ErasureResult),
  };
}
