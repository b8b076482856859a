/** Questions that a certified model answered in people's place. They are no feedback: the log is people's. */

import type { Query } from '../../agent/contract.ts';
import type { KeptModel } from './models-contract.ts';

/** A model was judged on what people had said and it was not fitted to. */
export interface Look {
  readonly id: string;
  readonly runId: string;
  /** ms since epoch, as are the others. */
  readonly at: number;
  /** Held-out comparisons by then. */
  readonly heldOut: number;
  /** Share of its answers that has to be right. */
  readonly target: number;
  readonly rewardVersion: number;
  /** What it was certified for; null: it was not. */
  readonly certificate: {
    /** SHA-256 of the model's bytes, which are kept. */
    readonly hash: string;
    /** Least confidence. */
    readonly threshold: number;
    /** Held-out comparisons at or above it, how many are right, and the lower bound of their share. */
    readonly labels: number;
    readonly right: number;
    readonly lower: number;
  } | null;
  readonly withdrawnAt: number | null;
  /** `replaced`: a newer model was certified. */
  readonly withdrawnWhy: WithdrawalReason | null;
}

export type WithdrawalReason = 'audit' | 'bound' | 'replaced' | 'changed';

/** What a certified model says about a comparison. */
export interface AutomaticAnswer {
  readonly queryId: string;
  readonly runId: string;
  /** Of the look that certified the model. */
  readonly lookId: string;
  readonly choice: 'a' | 'b';
  /** [0.5, 1]. */
  readonly confidence: number;
  /** People are asked, and are not told what it says: its answer does not stand. */
  readonly isAudit: boolean;
  readonly at: number;
}

/** What the first person said to whom it was given; null: nobody yet, or neither clip was called the better one. */
export type Audit = AutomaticAnswer & { readonly verdict: 'a' | 'b' | null };

/** Each change appends to the audit log in its own transaction. */
export interface AutomationStorage {
  /** With the model where it is certified, which takes the place of the one before it. */
  putLook(look: Omit<Look, 'withdrawnAt' | 'withdrawnWhy'>, model: KeptModel | null): Promise<void>;
  /** Oldest first. */
  listLooks(runId: string): Promise<Look[]>;
  /** undefined: it is not there. @throws RangeError where its bytes are not those that were certified */
  readCertified(lookId: string): Promise<KeptModel | undefined>;
  /** @returns whether it held */
  withdrawCertificate(lookId: string, why: WithdrawalReason, at: number): Promise<boolean>;
  /** With its question, of which nobody is asked where it is no audit. */
  putAutomatic(answer: AutomaticAnswer, query: Query): Promise<void>;
  /** In the order in which they were asked. */
  auditsOf(lookId: string): Promise<Audit[]>;
  /** Those that stand and those that are audited, oldest first. */
  listAutomatic(runId: string): Promise<AutomaticAnswer[]>;
  /** Those that stand. */
  countAutomatic(lookId: string): Promise<number>;
}

/** The model that may answer now. */
export function certifiedOf(looks: readonly Look[]): Look | undefined {
  return looks.findLast(({ certificate, withdrawnAt }) => certificate && withdrawnAt === null);
}
