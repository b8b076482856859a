/** How far people agree, and how far each can be relied on, from their answers to the same queries. */
import type { Interval } from '../../agent/evaluation/statistics.ts';
import { alphaInterval, krippendorffAlpha } from '../../agent/quality/agreement.ts';
import { dawidSkene, type Label } from '../../agent/quality/consensus.ts';
import { createRandom } from '../../sim/random.ts';
import type { Assignment } from '../storage/contract.ts';
import { disagree } from './verdict.ts';

/** One answer that counts. */
export type CountedAnswer = Pick<Assignment, 'queryId' | 'teacherId' | 'leasedAt' | 'endedAt'> & {
  readonly verdict: string;
};

export interface PersonQuality {
  readonly teacherId: string;
  readonly answers: number;
  /** Median time from being given a query to the answer, ms. */
  readonly medianMs: number;
  /** Answers that chose the left clip, and those that chose either. */
  readonly left: number;
  readonly decisive: number;
  /** Answers to queries that somebody else answered too, and how many of those agree with the consensus. */
  readonly shared: number;
  readonly withConsensus: number;
  /** Share right, by one-coin Dawid–Skene; null: nothing was shared. */
  readonly accuracy: number | null;
}

export interface QualityReport {
  readonly answers: number;
  /** Queries with an answer, those with two or more, and those of them in which they differ, newest last. */
  readonly questions: number;
  readonly shared: number;
  readonly disputed: readonly string[];
  /** Krippendorff's nominal α with its 95 % interval; null: nothing to disagree about. */
  readonly alpha: number | null;
  readonly interval: Interval | null;
  readonly people: readonly PersonQuality[];
}

/** One right and one wrong answer that everybody is thought to have given besides. */
const SMOOTHING = 1;
/** Of the bootstrap: the same answers have the same interval. */
const SEED = 1;
const SAMPLES = 200;

/** @param answers oldest first, at most one of a person to a query */
export function qualityOf(answers: readonly CountedAnswer[]): QualityReport {
  const names = [...new Set(answers.map((answer) => answer.teacherId))];
  const byQuery = new Map<string, CountedAnswer[]>();
  for (const answer of answers)
    byQuery.set(answer.queryId, [...(byQuery.get(answer.queryId) ?? []), answer]);
  const shared = [...byQuery].filter(([, list]) => list.length > 1);
  const values = [...new Set(answers.map((answer) => answer.verdict))].sort();
  const labels: Label[] = shared.flatMap(([, list], item) =>
    list.map(({ teacherId, verdict }) => ({
      item,
      person: names.indexOf(teacherId),
      label: values.indexOf(verdict),
    })),
  );
  const size = { items: shared.length, people: names.length, classes: Math.max(2, values.length) };
  const consensus = dawidSkene(labels, size, { model: 'one-coin', smoothing: SMOOTHING });
  const units = shared.map(([, list]) => list.map(({ verdict }) => values.indexOf(verdict)));
  return {
    answers: answers.length,
    questions: byQuery.size,
    shared: shared.length,
    disputed: shared.flatMap(([id, list]) => (disagree(list.map((a) => a.verdict)) ? [id] : [])),
    alpha: krippendorffAlpha(units, 'nominal') ?? null,
    interval: alphaInterval(units, 'nominal', createRandom(SEED), SAMPLES) ?? null,
    people: names.map((teacherId, person) => {
      const own = answers.filter((answer) => answer.teacherId === teacherId);
      const given = labels.filter((label) => label.person === person);
      const agreed = given.filter(({ item, label }) =>
        isLikeliest(consensus.posterior[item]!, label),
      );
      return {
        teacherId,
        answers: own.length,
        left: own.filter(({ verdict }) => verdict === 'a').length,
        decisive: own.filter(({ verdict }) => verdict === 'a' || verdict === 'b').length,
        medianMs: median(own.map(({ leasedAt, endedAt }) => (endedAt ?? leasedAt) - leasedAt)),
        shared: given.length,
        withConsensus: agreed.length,
        accuracy: given.length > 0 ? consensus.confusion[person]![0]![0]! : null,
      };
    }),
  };
}

function isLikeliest(posterior: Float64Array, label: number): boolean {
  return posterior[label]! >= Math.max(...posterior) - 1e-12;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
