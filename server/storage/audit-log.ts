/** The table of the audit log: appended to within the transaction of what it tells of. */
import type { Kysely } from 'kysely';
import type { Feedback } from '../../agent/contract.ts';
import { type AuditEvent, type AuditRow, chain, GENESIS, textHash } from './audit-chain.ts';
import type { Assignment } from './contract.ts';
import type { Engine } from './engine.ts';
import type { Tables } from './schema.ts';

export interface AuditLog {
  /** @param transaction of the change that the events tell of */
  append(transaction: Kysely<Tables>, events: readonly AuditEvent[]): Promise<void>;
  /** Rows after that one, oldest first. */
  read(after: number, limit: number): Promise<AuditRow[]>;
  /** Alerts that were raised and not cleared, in the order in which they were raised. */
  openAlerts(): Promise<AuditEvent[]>;
  head(): Promise<Pick<AuditRow, 'seq' | 'hash'>>;
}

export function createAuditLog(db: Kysely<Tables>, engine: Pick<Engine, 'insertAudit'>): AuditLog {
  const newest = async (t: Kysely<Tables>) =>
    (await t
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()) ?? GENESIS;

  return {
    async append(t, events) {
      if (events.length === 0) return;
      const rows = chain(events, await newest(t), Date.now());
      await engine.insertAudit(t, rows);
    },
    read: (after, limit) =>
      db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute(),
    async openAlerts() {
      const rows = await db
        .selectFrom('audit')
        .select('body')
        // A body begins with its action: names are in alphabetical order.
        .where('body', 'like', '{"action":"alert.%')
        .orderBy('seq')
        .execute();
      const open = new Map<string, AuditEvent>();
      for (const { body } of rows) {
        const event = JSON.parse(body) as AuditEvent;
        if (event.action === 'alert.raised') open.set(event.objectId, event);
        else open.delete(event.objectId);
      }
      return [...open.values()];
    },
    head: () => newest(db),
  };
}

export function feedbackEvent(feedback: Feedback, body: string): AuditEvent {
  return {
    action: 'feedback.given',
    actor: feedback.teacherId,
    role: null,
    objectType: 'feedback',
    objectId: feedback.id,
    before: null,
    after: textHash(body),
    reason: feedback.kind,
  };
}

/** Ends that nobody brought about are the server's. */
const OF_PEOPLE: readonly Assignment['state'][] = ['answered', 'skipped'];

export function assignmentEvent(row: Assignment): AuditEvent {
  const { token, teacherId, state, reason } = row;
  return {
    action: `query.${state}`,
    actor: OF_PEOPLE.includes(state) || reason === 'retracted' ? teacherId : 'server',
    role: null,
    objectType: 'assignment',
    objectId: String(token),
    before: null,
    after: textHash(JSON.stringify(row)),
    reason,
  };
}

export function runEvent(
  action: 'run.created' | 'run.renamed' | 'run.noted' | 'run.rewound' | 'run.deleted',
  runId: string,
): AuditEvent {
  const nothing = { role: null, before: null, after: null, reason: null };
  return { action, actor: 'command', objectType: 'run', objectId: runId, ...nothing };
}
