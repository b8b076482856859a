/** What the server tells of people and how they answer (server/connection/quality-routes.ts). */

export interface Estimate {
  readonly value: number;
  /** 95 %. */
  readonly low: number;
  readonly high: number;
}

interface Share {
  readonly n: number;
  readonly right: number;
}

export interface PersonRow {
  readonly teacherId: string;
  readonly name: string;
  readonly answers: number;
  readonly medianMs: number;
  /** Of the answers that chose a side. */
  readonly left: number;
  readonly decisive: number;
  readonly shared: number;
  readonly withConsensus: number;
  /** Three clips that they compared with each other, and those with no order that has all three. */
  readonly triads: { readonly n: number; readonly cyclic: number };
  readonly standing: {
    readonly state: 'quiz' | 'active' | 'paused';
    readonly reason: string | null;
    readonly quiz: Share & { readonly of: number };
    readonly gold: Share;
    readonly repeats: Share;
    readonly fast: number | null;
  };
  readonly learned: { readonly beta: Estimate; readonly side: Estimate } | null;
}

/** `GET /api/queue`. */
export interface QueueReply {
  readonly served: number;
  readonly answered: number;
  readonly skipped: number;
  readonly expired: number;
  readonly open: number;
  /** Both counts add up and are the same. */
  readonly holds: boolean;
}

export interface QualityReport {
  readonly answers: number;
  /** With an answer, and with two or more. */
  readonly questions: number;
  readonly shared: number;
  readonly disputed: readonly string[];
  readonly alpha: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly kappas: {
    /** Over the first so many answers of each question. */
    readonly fleiss: {
      readonly kappa: number;
      readonly answers: number;
      readonly questions: number;
    } | null;
    /** Of two people, by id, over the questions that both answered; the least first. */
    readonly cohen: readonly {
      readonly people: readonly string[];
      readonly kappa: number;
      readonly questions: number;
    }[];
  };
  readonly people: readonly PersonRow[];
}

export type ConsensusMethod = 'majority' | 'one-coin' | 'dawid-skene';

/** `GET /api/consensus`. */
export interface ConsensusReport {
  readonly method: ConsensusMethod;
  readonly questions: readonly {
    readonly queryId: string;
    /** null: a tie. */
    readonly verdict: string | null;
    readonly probability: number;
    readonly answers: number;
  }[];
  /** Questions that each method decides otherwise. */
  readonly otherwise: Readonly<Record<ConsensusMethod, number>>;
}
