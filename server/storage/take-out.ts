/** Feedback that is taken out of the log, or its words, and what stands in their place. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import type { AuditEvent } from './audit-chain.ts';
import { feedbackEvent } from './audit-log.ts';
import type { Assignment } from './contract.ts';
import type { Engine } from './engine.ts';
import { BEFORE } from './lineage.ts';
import type { Tables } from './schema.ts';

/** Reasons of the rules; any other is in somebody's own words. */
export const RULES: readonly string[] = [
  'quiz',
  'answers',
  'repeats',
  'too-fast',
  'erasure',
  'erased',
];

type Transaction = Kysely<Tables>;
export type Row = Selectable<Tables['feedback']>;

export interface Removal {
  readonly t: Transaction;
  /** ms since epoch. */
  readonly at: number;
  /** Id of the erasure or sweep. */
  readonly because: string;
  /** The last feedback that is in the run's checkpoint. */
  readonly reached: number;
  readonly events: AuditEvent[];
}

/**
 * In the place of feedback that is deleted: that it was there, and a retraction by which every learner that goes on
 * with the run takes it out. @returns whether the run's model had learned from it
 */
export async function leaveTrace(removal: Removal, row: Row): Promise<boolean> {
  const { t, because: erasureId, reached } = removal;
  const { id: feedbackId, runId, sequence, kind } = row;
  const used = await t
    .selectFrom('usage')
    .select('version')
    .where('feedbackId', '=', feedbackId)
    .executeTakeFirst();
  // Of runs from before it was noted which policy has learned from what, the checkpoint says how far it got.
  const isNoted = used !== undefined && used.version !== BEFORE;
  const isLearned = isNoted ? used.version !== null : sequence <= reached;
  const version = isNoted ? used.version : null;
  await t
    .insertInto('erased')
    .values({ feedbackId, runId, sequence, kind, erasureId, version, isLearned: isLearned ? 1 : 0 })
    .execute();
  await retract(removal, row);
  return isLearned;
}

async function retract({ t, at, events }: Removal, { id, runId, teacherId }: Row): Promise<void> {
  const retraction: Feedback = {
    id: `${id}-erased`,
    ...{ runId, teacherId },
    ...{ shownAt: at, answeredAt: at, receivedAt: at, responseMs: 0 },
    kind: 'retraction',
    feedbackId: id,
    reason: 'erased',
  };
  const body = JSON.stringify(retraction);
  const { kind, receivedAt } = retraction;
  await t
    .insertInto('feedback')
    .values({ id: retraction.id, runId, teacherId, kind, receivedAt, body })
    .execute();
  events.push({ ...feedbackEvent(retraction, body), actor: 'server' });
}

/** As it stands in the log without what its person wrote, by `teacherId`. */
export function withoutWords(row: Row, teacherId = row.teacherId): Row {
  const { reason: _, tag: __, ...said } = JSON.parse(row.body) as Record<string, unknown>;
  return { ...row, teacherId, body: JSON.stringify({ ...said, teacherId }) };
}

/** At its own place in the log, from which it was deleted. */
export async function putBack(t: Transaction, engine: Engine, row: Row): Promise<void> {
  const { sequence, id, runId, teacherId, kind, receivedAt, body } = row;
  const names = ['sequence', 'id', 'runId', 'teacherId', 'kind', 'receivedAt', 'body'];
  const columns = sql.join(names.map((name) => sql.ref(name)));
  const values = sql.join([sequence, id, runId, teacherId, kind, receivedAt, body]);
  await sql`INSERT INTO feedback (${columns}) ${engine.ownSequence} VALUES (${values})`.execute(t);
}

/** A question whose answer is deleted: given, and over. */
export function withoutAnswer(row: Assignment): Assignment {
  return { ...row, state: 'expired', reason: 'erased', feedbackId: null, verdict: null };
}
