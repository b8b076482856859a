/** Answers to questions that two people or more answered, as the measures of agreement and consensus take them. */
import type { Label } from '../../agent/quality/consensus.ts';
import type { Assignment } from '../storage/contract.ts';

/** One answer that counts. */
export type CountedAnswer = Pick<Assignment, 'queryId' | 'teacherId' | 'leasedAt' | 'endedAt'> & {
  readonly verdict: string;
};

export interface SharedAnswers {
  /** Of all questions with an answer, also those that one person answered. */
  readonly questions: number;
  /** `item` indexes `queryIds`, `person` `people`, `label` `verdicts`. */
  readonly labels: readonly Label[];
  readonly queryIds: readonly string[];
  /** Also who shared no question. */
  readonly people: readonly string[];
  readonly verdicts: readonly string[];
  /** [item]: labels. */
  readonly units: readonly (readonly number[])[];
}

/** @param answers oldest first, at most one of a person to a query */
export function sharedAnswers(answers: readonly CountedAnswer[]): SharedAnswers {
  const people = [...new Set(answers.map((answer) => answer.teacherId))];
  const verdicts = [...new Set(answers.map((answer) => answer.verdict))].sort();
  const byQuery = new Map<string, CountedAnswer[]>();
  for (const answer of answers) {
    const list = byQuery.get(answer.queryId);
    if (list) list.push(answer);
    else byQuery.set(answer.queryId, [answer]);
  }
  const shared = [...byQuery].filter(([, list]) => list.length > 1);
  const labelOf = ({ verdict }: CountedAnswer) => verdicts.indexOf(verdict);
  return {
    questions: byQuery.size,
    labels: shared.flatMap(([, list], item) =>
      list.map((answer) => ({
        item,
        person: people.indexOf(answer.teacherId),
        label: labelOf(answer),
      })),
    ),
    queryIds: shared.map(([id]) => id),
    people,
    verdicts,
    units: shared.map(([, list]) => list.map(labelOf)),
  };
}
