/** What is known of how good people's answers are: questions with a known answer, and who is paused. */
import type { Query, Segment } from '../../agent/contract.ts';
import type { Assignment } from './assignments-contract.ts';

/**
 * - `quiz`: of the first questions, whose answer is known;
 * - `gold`: one whose answer is known, between others;
 * - `repeat`: one that the person has answered, with its sides swapped;
 * - `triad`: clips that the person has compared with others, so that three are compared with each other.
 */
export type ProbeKind = 'quiz' | 'gold' | 'repeat' | 'triad';

/** A question that tells something of its person. The person cannot tell it from others. */
export interface Probe {
  readonly queryId: string;
  readonly runId: string;
  readonly teacherId: string;
  readonly kind: ProbeKind;
  /** Id of the gold, or of the query that is repeated, or of the two that are joined. */
  readonly about: string;
  /** The verdict of somebody who sees what is better, or who answers as before; of a triad: empty, there is none. */
  readonly expected: string;
}

/** A probe that was answered, whether or not its person is paused. */
export interface ProbeResult extends Probe {
  readonly verdict: string;
  /** ms since epoch. */
  readonly endedAt: number;
}

/** Two clips of which one is better in every respect that the simulation measures, or that people agree on. */
export interface Gold {
  readonly id: string;
  readonly runId: string;
  readonly better: Segment;
  readonly worse: Segment;
  /** In words, for those who look after the answers. */
  readonly why: string;
  /** ms since epoch. */
  readonly createdAt: number;
  /** Nobody is asked it any more, and answers to it count neither way; null: it is asked. */
  readonly retiredAt: number | null;
  readonly retiredWhy: string | null;
}

export interface Standing {
  readonly runId: string;
  readonly teacherId: string;
  readonly state: 'active' | 'paused';
  /** `quiz`, `answers`, `repeats` and `too-fast` by the rules; else what a supervisor wrote. */
  readonly reason: string;
  /** Pseudonym of who decided it; `server`: the rules did. */
  readonly actor: string;
  /** ms since epoch. Only what was answered later is held against somebody who was let in again. */
  readonly since: number;
}

export interface QualityStorage {
  /** With the query that it is, which nobody else is given. */
  putProbe(probe: Probe, query: Query): Promise<void>;
  listProbes(runId: string): Promise<Probe[]>;
  /** Oldest answer first. */
  probeResults(runId: string): Promise<ProbeResult[]>;
  /** @param actor who decided that people agree on it; absent: the simulation says so */
  putGold(gold: Gold, actor?: string): Promise<void>;
  listGold(runId: string): Promise<Gold[]>;
  /** @returns whether there was such a gold that was asked still. */
  retireGold(id: string, at: number, why: string, actor: string): Promise<boolean>;
  listStandings(runId: string): Promise<Standing[]>;
  /** With what that changes in the assignments: both or neither. */
  putStanding(standing: Standing, assignments: readonly Assignment[]): Promise<void>;
}
