/** What is kept of one person, and its erasure. A person is named by the id that the logs have (`teacherId`). */
import type { Feedback } from '../../agent/contract.ts';
import type { Account, Consent } from './accounts-contract.ts';
import type { Assignment } from './assignments-contract.ts';
import type { AuditRow } from './audit-chain.ts';
import type { Comment } from './comments-contract.ts';
import type { ModelRecord } from './models-contract.ts';
import type { Probe, Standing } from './quality-contract.ts';
import type { Review } from './reviews-contract.ts';

/** While it is there nothing of the person is erased. */
export interface Hold {
  readonly teacherId: string;
  /** In a supervisor's words; goes with the hold. */
  readonly reason: string;
  readonly actor: string;
  /** ms since epoch. */
  readonly since: number;
}

/** Asked for by one, approved by another, then carried out. */
export interface Erasure {
  readonly id: string;
  /** Whose; once it is done the keyed hash in their place. */
  readonly subject: string;
  /** Whether what they said goes too; else it stays without anything that leads to them. */
  readonly withAnswers: boolean;
  readonly requestedBy: string;
  /** ms since epoch, as are the others. */
  readonly requestedAt: number;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  readonly doneAt: number | null;
  readonly result: ErasureResult | null;
}

export interface ErasureResult {
  /** Rows that were removed, or that name the keyed hash now, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Pieces of feedback that were removed. */
  readonly removed: number;
  /** Runs whose model had learned from removed ones. */
  readonly learnedIn: readonly string[];
  /** Rows of the audit log that name the former id, which stay. */
  readonly auditRows: number;
}

/** That there was feedback; nothing of what it said. */
export interface ErasedAnswer {
  readonly feedbackId: string;
  readonly runId: string;
  /** Of the log. */
  readonly sequence: number;
  readonly kind: string;
  readonly erasureId: string;
  /** Whether the run's model had learned from it when it was removed. */
  readonly isLearned: boolean;
  /** First policy that had; null: none had, or it is not known which. */
  readonly version: number | null;
}

/** Everything that is kept of one person, in all runs. Secrets (password, logins) are told of, not told. */
export interface SubjectRecords {
  readonly account: Omit<Account, 'password'> | null;
  readonly logins: readonly { readonly createdAt: number; readonly expiresAt: number }[];
  readonly consents: readonly Consent[];
  readonly feedback: readonly { readonly sequence: number; readonly feedback: Feedback }[];
  readonly assignments: readonly Assignment[];
  readonly probes: readonly Probe[];
  readonly standings: readonly Standing[];
  /** That they decided, or that are about their answers. */
  readonly reviews: readonly Review[];
  readonly comments: readonly Comment[];
  /** That they proposed, approved or rolled back. */
  readonly models: readonly Pick<
    ModelRecord,
    'id' | 'runId' | 'proposedBy' | 'approvedBy' | 'rolledBackBy'
  >[];
  /** That they made. */
  readonly campaigns: readonly { readonly id: string; readonly runId: string }[];
  readonly hold: Hold | null;
  readonly erasures: readonly Erasure[];
  /** That they brought about, or that are about them. */
  readonly audit: readonly AuditRow[];
}

/** What the people of a server were told or asked to agree to. */
export interface StudyText {
  /** SHA-256 of the body. */
  readonly hash: string;
  readonly kind: 'consent' | 'instructions';
  readonly body: string;
  /** When it was first shown, ms since epoch. */
  readonly since: number;
}

/** Each change appends to the audit log in its own transaction. `actor`: pseudonym of who does it. */
export interface SubjectStorage {
  /** Whether anything is kept under this id. */
  knowsSubject(teacherId: string): Promise<boolean>;
  readSubject(teacherId: string): Promise<SubjectRecords>;
  listHolds(): Promise<Hold[]>;
  putHold(hold: Hold): Promise<void>;
  /** @returns whether there was one */
  releaseHold(teacherId: string, actor: string): Promise<boolean>;
  /** Oldest first. */
  listErasures(): Promise<Erasure[]>;
  /** Requested, and approved where it says so. */
  putErasure(erasure: Erasure): Promise<void>;
  /** @returns whether it waited for an approval */
  approveErasure(id: string, actor: string, at: number): Promise<boolean>;
  /** @returns whether it was there and not carried out */
  withdrawErasure(id: string, actor: string): Promise<boolean>;
  /**
   * Carries out one that is approved. Nothing else may use the storage meanwhile: what a server holds in memory
   * would bring back what is erased. Killed on the way it can be done again.
   * @throws RangeError where it is not approved, or the person is held; InUseError where a server works with it
   */
  erase(id: string, at: number): Promise<ErasureResult>;
  listErased(runId: string): Promise<ErasedAnswer[]>;
  /** A second time changes nothing. */
  putText(text: StudyText): Promise<void>;
  /** Oldest first. */
  listTexts(): Promise<StudyText[]>;
}
