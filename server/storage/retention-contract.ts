/** How long what is kept, what is due to go, and what held it back. The audit log and lineage stay whatever goes. */

/**
 * - `sign-ins`: logins and invitations that are over, name, password and identity of who was shut out;
 * - `words`: text of comments, reasons of decisions, and what people wrote to their answers;
 * - `episodes`: those that nothing names;
 * - `answers`: what people said, which every learner then forgets.
 */
export const RETENTION_CLASSES = ['sign-ins', 'words', 'episodes', 'answers'] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** A longer time than any law asks for. */
export const MOST_DAYS = 36_500;

/** While it is there nothing of the class goes. */
export interface ClassHold {
  /** In a supervisor's words; goes with the hold. */
  readonly reason: string;
  readonly actor: string;
  /** ms since epoch. */
  readonly since: number;
}

export interface RetentionRule {
  readonly name: RetentionClass;
  /** Days after which it goes; null: it stays. */
  readonly days: number | null;
  readonly hold: ClassHold | null;
}

/** Something that is older than the rule of its class allows. */
export interface Due {
  readonly name: RetentionClass;
  readonly what:
    | 'login'
    | 'invitation'
    | 'account'
    | 'comment'
    | 'review'
    | 'pause'
    | 'words'
    | 'episode'
    | 'answer';
  readonly id: string;
  /** Whose; null: nobody's. */
  readonly teacherId: string | null;
  /** From when its days are counted, ms since epoch. */
  readonly since: number;
  /** Why it stays nevertheless; null: nothing holds it. */
  readonly heldBy: string | null;
  /** A server that works with it remembers it: it goes when the next one starts. */
  readonly isRemembered: boolean;
}

export interface Sweep {
  readonly id: string;
  /** ms since epoch. */
  readonly at: number;
  readonly actor: string;
  /** How many went, by class; what none of went is left out. */
  readonly removed: Partial<Record<RetentionClass, number>>;
  /** How many were held back. */
  readonly held: number;
}

/** Each change appends to the audit log in its own transaction. `actor`: pseudonym of who does it. */
export interface RetentionStorage {
  /** Of every class, in their order. */
  listRetention(): Promise<RetentionRule[]>;
  /** @param days null: it stays. @throws RangeError for other than whole days of 1 to `MOST_DAYS` */
  limitRetention(name: RetentionClass, days: number | null, actor: string): Promise<void>;
  /** @param hold null: ends it */
  holdRetention(
    name: RetentionClass,
    hold: Omit<ClassHold, 'actor'> | null,
    actor: string,
  ): Promise<void>;
  /** Oldest first within a class, what is held among it. */
  listDue(now: number): Promise<Due[]>;
  /**
   * Removes what is due and not held. `beside`: what a server remembers stays until the next one starts.
   * @returns undefined where nothing was to go
   * @throws InUseError where it is not `beside` and a server works with the storage
   */
  sweep(now: number, actor: string, beside: boolean): Promise<Sweep | undefined>;
  /** Newest first. */
  listSweeps(limit: number): Promise<Sweep[]>;
}
