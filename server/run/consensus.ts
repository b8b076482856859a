/**
 * What several people's answers to the same questions come to, by each method in use, and how far those who answered
 * agree by the two kappas; α is in quality.ts.
 */
import { cohenKappa, fleissKappa } from '../../agent/quality/agreement.ts';
import { dawidSkene, type Label, majority, voteShares } from '../../agent/quality/consensus.ts';
import { type CountedAnswer, type SharedAnswers, sharedAnswers } from './shared-answers.ts';

/**
 * majority: most votes, a tie decides nothing; one-coin: Dawid and Skene with one accuracy per person; dawid-skene: with a
 * matrix of errors per person.
 */
export const CONSENSUS_METHODS = ['majority', 'one-coin', 'dawid-skene'] as const;
export type ConsensusMethod = (typeof CONSENSUS_METHODS)[number];

/** Questions that two people share before their κ is told: with fewer it says nothing. */
export const LEAST_OF_PAIR = 10;
/** One right and one wrong answer that everybody is thought to have given besides. */
export const SMOOTHING = 1;

export interface Decided {
  readonly queryId: string;
  /** null: as many or as much speaks for another one. */
  readonly verdict: string | null;
  /** Share of the votes, or probability that it is right, of the likeliest answer. */
  readonly probability: number;
  readonly answers: number;
}

export interface ConsensusReport {
  readonly method: ConsensusMethod;
  /** Those that two people or more answered. */
  readonly questions: readonly Decided[];
  /** How many of these every method decides otherwise. */
  readonly otherwise: Readonly<Record<ConsensusMethod, number>>;
}

export interface Kappas {
  /** Fleiss' κ over the first answers of each, as many as each has; null: none, or nothing to disagree about. */
  readonly fleiss: {
    readonly kappa: number;
    readonly answers: number;
    readonly questions: number;
  } | null;
  /** Cohen's κ of two people who share ten questions or more among these, the least first. */
  readonly cohen: readonly {
    readonly people: readonly [string, string];
    readonly kappa: number;
    readonly questions: number;
  }[];
}

/** @param answers oldest first, at most one of a person to a query */
export function consensusOf(
  answers: readonly CountedAnswer[],
  method: ConsensusMethod,
): ConsensusReport {
  const shared = sharedAnswers(answers);
  const questions = decide(shared, method);
  const differing = (other: ConsensusMethod) =>
    decide(shared, other).filter(({ verdict }, i) => verdict !== questions[i]!.verdict).length;
  const otherwise = Object.fromEntries(
    CONSENSUS_METHODS.map((other) => [other, other === method ? 0 : differing(other)]),
  ) as Record<ConsensusMethod, number>;
  return { method, questions, otherwise };
}

/** [item][class]: what the method gives each answer. */
function weights({ labels, units, people, verdicts }: SharedAnswers, method: ConsensusMethod) {
  const classes = Math.max(2, verdicts.length);
  if (method === 'majority') return voteShares(labels, units.length, classes);
  const size = { items: units.length, people: people.length, classes };
  const model = method === 'one-coin' ? 'one-coin' : 'full';
  return dawidSkene(labels, size, { model, smoothing: SMOOTHING }).posterior;
}

function decide(shared: SharedAnswers, method: ConsensusMethod): Decided[] {
  return weights(shared, method).map((row, item) => {
    const best = majority(row)!;
    const probability = row[best]!;
    const ties = row.reduce((n, p) => n + (p >= probability - 1e-9 ? 1 : 0), 0);
    return {
      queryId: shared.queryIds[item]!,
      verdict: ties > 1 ? null : shared.verdicts[best]!,
      probability,
      answers: shared.units[item]!.length,
    };
  });
}

export function kappasOf(shared: SharedAnswers): Kappas {
  return { fleiss: fleissOf(shared), cohen: cohenOf(shared) };
}

/**
 * Of each question as many answers as every one has, the first: a further person is asked where the first differ, so
 * that all answers would tell of more dispute than there is, and questions with as many alone of less.
 */
function planned({ units, labels }: SharedAnswers): { each: number; labels: readonly Label[] } {
  const each = units.reduce(
    (least, { length }) => Math.min(least, length),
    Number.POSITIVE_INFINITY,
  );
  const taken = units.map(() => 0);
  return { each, labels: labels.filter(({ item }) => taken[item]!++ < each) };
}

function fleissOf(shared: SharedAnswers): Kappas['fleiss'] {
  const { units, verdicts } = shared;
  if (units.length === 0) return null;
  const { each, labels } = planned(shared);
  const counts = units.map(() => verdicts.map(() => 0));
  for (const { item, label } of labels) counts[item]![label]! += 1;
  const kappa = fleissKappa(counts);
  return kappa === undefined ? null : { kappa, answers: each, questions: units.length };
}

function cohenOf(shared: SharedAnswers): Kappas['cohen'] {
  const { people, verdicts } = shared;
  // [person]: by item.
  const said = people.map(() => new Map<number, number>());
  for (const { item, person, label } of planned(shared).labels) said[person]!.set(item, label);
  const pairs = people.flatMap((_, a) =>
    people.slice(a + 1).map((_, i) => [a, a + 1 + i] as const),
  );
  return pairs
    .flatMap(([a, b]) => {
      const both = [...said[a]!.keys()].filter((item) => said[b]!.has(item));
      if (both.length < LEAST_OF_PAIR) return [];
      const table = verdicts.map(() => verdicts.map(() => 0));
      for (const item of both) table[said[a]!.get(item)!]![said[b]!.get(item)!]! += 1;
      const kappa = cohenKappa(table);
      if (kappa === undefined) return [];
      return [{ people: [people[a]!, people[b]!] as const, kappa, questions: both.length }];
    })
    .sort((a, b) => a.kappa - b.kappa);
}
