/**
 * What happened, for other programs: the rows of the audit log, in its order and without a gap, as they were appended
 * in the transactions of the changes that they tell of. A program that asks for what came after the last one it has
 * misses nothing, whenever it asks.
 */
import {
  AUDIT_ACTIONS,
  type AuditAction,
  type AuditEvent,
  type AuditRow,
} from '../storage/audit-chain.ts';
import type { Storage } from '../storage/contract.ts';

export const EVENT_TYPES = AUDIT_ACTIONS;
export type EventType = AuditAction;

/** As `GET /api/events` and webhooks tell it; ids and pseudonyms, never what was said. */
export interface ReinsEvent {
  /** The same however often it is sent, and no other event's, of this server or another. */
  readonly id: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly type: EventType;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: Pick<AuditEvent, 'actor' | 'role' | 'objectType' | 'objectId' | 'reason'>;
}

export interface EventPage {
  /** Oldest first. */
  readonly events: readonly ReinsEvent[];
  /** What to ask for next; as it was asked for: there is nothing newer. */
  readonly next: number;
}

/** Rows looked through for one page, so that a rare type holds nobody up. */
const MOST_ROWS = 10_000;
const ROWS_AT_ONCE = 1000;

/** @param types undefined: all */
export async function readEvents(
  storage: Pick<Storage, 'readAudit'>,
  after: number,
  limit: number,
  types?: ReadonlySet<string>,
): Promise<EventPage> {
  const events: ReinsEvent[] = [];
  let next = after;
  for (let read = 0; read < MOST_ROWS; read += ROWS_AT_ONCE) {
    const rows = await storage.readAudit(next, types ? ROWS_AT_ONCE : limit);
    for (const row of rows) {
      const event = eventOf(row);
      next = row.seq;
      if (!types || types.has(event.type)) events.push(event);
      if (events.length === limit) return { events, next };
    }
    if (rows.length < ROWS_AT_ONCE) break;
  }
  return { events, next };
}

function eventOf({ seq, hash, body }: AuditRow): ReinsEvent {
  const row = JSON.parse(body) as AuditEvent & { readonly time: number };
  const { action, actor, role, objectType, objectId, reason, time } = row;
  return {
    id: hash,
    sequence: seq,
    type: action,
    timestamp: new Date(time).toISOString(),
    data: { actor, role, objectType, objectId, reason },
  };
}
