/** What a person is told of their own answers: how many count, and what supervisors decided about them and why. */
import type { ReviewCase } from '../contract.ts';
import type { ReviewVerdict } from '../protocol/index.ts';
import type { Assignment } from '../storage/contract.ts';

/** Newest decisions that are told. */
const TOLD = 20;

export interface OwnAnswers {
  readonly answers: number;
  readonly counting: number;
  /** Newest first; who decided is not told. */
  readonly decided: readonly {
    readonly feedbackId: string;
    readonly answeredAt: number;
    readonly verdict: ReviewVerdict;
    readonly reason: string;
    readonly at: number;
  }[];
}

/** @param rows of the person @param cases those in which somebody decided */
export function ownAnswers(
  teacherId: string,
  rows: readonly Pick<Assignment, 'state' | 'verdict'>[],
  cases: readonly ReviewCase[],
): OwnAnswers {
  const given = rows.filter(({ verdict }) => verdict !== null);
  const own = cases.flatMap(({ answers }) => answers.filter((a) => a.teacherId === teacherId));
  const decided = own.flatMap(({ feedbackId, answeredAt, review }) => {
    if (!review) return [];
    const { verdict, reason, at } = review;
    return [{ feedbackId, answeredAt, verdict, reason, at }];
  });
  return {
    answers: given.length,
    counting: given.filter(({ state }) => state === 'answered').length,
    decided: decided.sort((one, other) => other.at - one.at).slice(0, TOLD),
  };
}
