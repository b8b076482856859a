/**
 * The audit log as a chain: each row's hash is of the hash before it and the row's own text, so that no row can be
 * changed, left out, moved or put in without every later hash being wrong. It holds ids and hashes, never values:
 * erasing what somebody said leaves the chain whole.
 */
import { hash } from 'node:crypto';

/** Everything that is logged. */
export const AUDIT_ACTIONS = [
  'run.created',
  'run.renamed',
  'run.noted',
  'run.rewound',
  'run.deleted',
  'run.opened',
  'run.stopped',
  'oversight.changed',
  'ask.raised',
  'ask.declined',
  'ask.lapsed',
  'feedback.given',
  'query.leased',
  'query.answered',
  'query.skipped',
  'query.expired',
  'account.created',
  'account.changed',
  'account.signed-in',
  'account.signed-out',
  'account.linked',
  'account.unlinked',
  'account.refused',
  'invite.created',
  'person.paused',
  'person.resumed',
  'gold.agreed',
  'gold.retired',
  'consent.given',
  'data.read',
  'answer.reviewed',
  'alert.raised',
  'alert.cleared',
  'person.exported',
  'hold.placed',
  'hold.released',
  'erasure.requested',
  'erasure.approved',
  'erasure.withdrawn',
  'erasure.done',
  'model.proposed',
  'model.withdrawn',
  'model.promoted',
  'model.rolled-back',
  'retention.changed',
  'retention.held',
  'retention.released',
  'retention.swept',
  'automation.certified',
  'automation.refused',
  'automation.withdrawn',
  'automation.answered',
  'automation.audited',
  'comment.given',
  'comment.resolved',
  'comment.reopened',
  'campaign.created',
  'campaign.changed',
  'campaign.deleted',
  'campaign.started',
  'campaign.paused',
  'campaign.ended',
  'instructions.opened',
  'dataset.made',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditEvent {
  readonly action: AuditAction;
  /** Pseudonym of who did it; `server` or `command` where nobody in particular. */
  readonly actor: string;
  /** In which role; null: there are no accounts, or it follows from the rows about the account. */
  readonly role: string | null;
  readonly objectType:
    | 'run'
    | 'feedback'
    | 'assignment'
    | 'account'
    | 'invite'
    | 'consent'
    | 'route'
    | 'gold'
    | 'alert'
    | 'erasure'
    | 'model'
    | 'retention'
    | 'query'
    | 'ask'
    | 'comment'
    | 'campaign'
    | 'dataset';
  readonly objectId: string;
  /** Hashes of the object before and after; null: there was none, or it is not one that has a text. */
  readonly before: string | null;
  readonly after: string | null;
  /** Out of a closed list of the action. */
  readonly reason: string | null;
}

export interface AuditRow {
  /** From 1, without gaps. */
  readonly seq: number;
  /** SHA-256 of the hash before and `body`, both as text, in hexadecimal. */
  readonly hash: string;
  /** The event with `seq` and `time` (ms since epoch) as canonical JSON (RFC 8785). */
  readonly body: string;
}

export type AuditHead = Pick<AuditRow, 'seq' | 'hash'>;

/** What the first row follows. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

export const textHash = (text: string): string => hash('sha256', text, 'hex');
export const bytesHash = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The rows that follow `head`. */
export function chain(events: readonly AuditEvent[], head: AuditHead, time: number): AuditRow[] {
  let { seq, hash: previous } = head;
  return events.map((event) => {
    const body = canonical(event, ++seq, time);
    previous = textHash(previous + body);
    return { seq, hash: previous, body };
  });
}

/** Names in alphabetical order; RFC 8785 writes texts and whole numbers as `JSON.stringify` does. */
function canonical(event: AuditEvent, seq: number, time: number): string {
  const { action, actor, after, before, objectId, objectType, reason, role } = event;
  return JSON.stringify({
    action,
    actor,
    after,
    before,
    objectId,
    objectType,
    reason,
    role,
    seq,
    time,
  });
}

/** The first row that is not as it was written, and what is wrong with it. */
export interface AuditFault {
  readonly seq: number;
  readonly message: string;
}

/** Rows are given in order, from the first; `last` is the newest that is as it was written. */
export class ChainCheck {
  #last: AuditHead = GENESIS;

  get last(): AuditHead {
    return this.#last;
  }

  check({ seq, hash: stored, body }: AuditRow): AuditFault | undefined {
    const { seq: before, hash: previous } = this.#last;
    if (seq !== before + 1)
      return {
        seq: before + 1,
        message: `row ${before + 1} is missing: row ${seq} follows ${before}`,
      };
    if (textHash(previous + body) !== stored)
      return {
        seq,
        message: `row ${seq} was changed, moved or put in: its hash is not that of its text`,
      };
    // A row that was put in with a right hash moves those after it.
    if (!body.includes(`"seq":${seq},`))
      return { seq, message: `row ${seq} says that it is another row` };
    this.#last = { seq, hash: stored };
    return undefined;
  }
}
