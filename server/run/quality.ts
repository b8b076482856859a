/** How far people agree, and how far each can be relied on, from their answers to the same queries. */
import type { Interval } from '../../agent/evaluation/statistics.ts';
import { alphaInterval, krippendorffAlpha } from '../../agent/quality/agreement.ts';
import { dawidSkene } from '../../agent/quality/consensus.ts';
import { createRandom } from '../../sim/random.ts';
import { type Kappas, kappasOf, SMOOTHING } from './consensus.ts';
import { type CountedAnswer, sharedAnswers } from './shared-answers.ts';
import { disagree } from './verdict.ts';

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
  readonly kappas: Kappas;
  readonly people: readonly PersonQuality[];
}

/** Of the bootstrap: the same answers have the same interval. */
const SEED = 1;
const SAMPLES = 200;

/** @param answers oldest first, at most one of a person to a query */
export function qualityOf(answers: readonly CountedAnswer[]): QualityReport {
  const shared = sharedAnswers(answers);
  const { labels, units, people: names } = shared;
  const size = {
    items: units.length,
    people: names.length,
    classes: Math.max(2, shared.verdicts.length),
  };
  const consensus = dawidSkene(labels, size, { model: 'one-coin', smoothing: SMOOTHING });
  const said = (unit: readonly number[]) => unit.map((label) => shared.verdicts[label]!);
  return {
    answers: answers.length,
    questions: shared.questions,
    shared: units.length,
    disputed: shared.queryIds.filter((_, item) => disagree(said(units[item]!))),
    alpha: krippendorffAlpha(units, 'nominal') ?? null,
    interval: alphaInterval(units, 'nominal', createRandom(SEED), SAMPLES) ?? null,
    kappas: kappasOf(shared),
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
