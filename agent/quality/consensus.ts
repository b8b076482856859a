/**
 * What several people's answers to one question come to, and how far each person can be relied on, found together
 * by expectation maximisation (Dawid and Skene 1979, doi 10.2307/2346806). No truth is needed; that most people are
 * more often right than wrong is assumed.
 */

export interface Label {
  /** Indices from 0. */
  readonly item: number;
  readonly person: number;
  /** In [0, classes). */
  readonly label: number;
}

export interface Consensus {
  /** [item][class]: probability that the item is of the class; sums to 1. */
  readonly posterior: readonly Float64Array[];
  /** [class]: share of the items. */
  readonly prior: Float64Array;
  /** [person][true class][answer]. */
  readonly confusion: readonly (readonly Float64Array[])[];
  /** Of all answers, after each round; it never falls. */
  readonly logLikelihood: readonly number[];
}

export interface ConsensusOptions {
  /**
   * `full`: a matrix of errors per person; `one-coin`: one accuracy per person, errors spread evenly, which needs
   * fewer answers.
   */
  readonly model: 'full' | 'one-coin';
  /** Answers of each kind that everybody is thought to have given besides; keeps few answers from being believed. */
  readonly smoothing?: number;
  /** Stops once the log-likelihood rises by less. */
  readonly tolerance?: number;
  readonly rounds?: number;
}

/** Probabilities never reach 0, whose logarithm no other answer could outweigh. */
const LEAST = 1e-10;

/** Shares of the votes; ties stay ties. */
export function voteShares(
  labels: readonly Label[],
  items: number,
  classes: number,
): Float64Array[] {
  const shares = Array.from({ length: items }, () => new Float64Array(classes));
  for (const { item, label } of labels) shares[item]![label]! += 1;
  for (const row of shares) normalise(row);
  return shares;
}

/** The class with the most votes, the first of several. undefined: nobody answered. */
export function majority(votes: ArrayLike<number>): number | undefined {
  let best: number | undefined;
  for (let k = 0; k < votes.length; k++)
    if (votes[k]! > 0 && (best === undefined || votes[k]! > votes[best]!)) best = k;
  return best;
}

/** @throws RangeError for a label outside its range. */
export function dawidSkene(
  labels: readonly Label[],
  size: { readonly items: number; readonly people: number; readonly classes: number },
  options: ConsensusOptions,
): Consensus {
  const { items, people, classes } = size;
  const { model, smoothing = 0, tolerance = 1e-9, rounds = 500 } = options;
  for (const { item, person, label } of labels)
    if (!(item < items && person < people && label < classes))
      throw new RangeError(
        `label: is item ${item}, person ${person}, class ${label}, allowed below ${items}, ${people}, ${classes}`,
      );
  const posterior = voteShares(labels, items, classes);
  const prior = new Float64Array(classes);
  const logLikelihood: number[] = [];
  let confusion: Float64Array[][] = [];
  for (let round = 0; round < rounds; round++) {
    estimatePrior(prior, posterior);
    const errors = countAnswers(labels, posterior, people, classes, smoothing);
    confusion = model === 'full' ? errors.map((rows) => rows.map(normalise)) : errors.map(oneCoin);
    const last = logLikelihood.at(-1);
    const value = estimatePosterior(posterior, labels, prior, confusion);
    logLikelihood.push(value);
    if (last !== undefined && value - last < tolerance) break;
  }
  return { posterior, prior, confusion, logLikelihood };
}

function estimatePrior(prior: Float64Array, posterior: readonly Float64Array[]): void {
  prior.fill(0);
  for (const row of posterior) for (const [k, p] of row.entries()) prior[k]! += p;
  normalise(prior);
}

/** [person][true class][answer]: how often, as far as the truth is known. */
function countAnswers(
  labels: readonly Label[],
  posterior: readonly Float64Array[],
  people: number,
  classes: number,
  smoothing: number,
): Float64Array[][] {
  const counts = Array.from({ length: people }, () =>
    Array.from({ length: classes }, () => new Float64Array(classes).fill(smoothing)),
  );
  for (const { item, person, label } of labels)
    for (const [truth, p] of posterior[item]!.entries()) counts[person]![truth]![label]! += p;
  return counts;
}

/** One accuracy for all classes. */
function oneCoin(counts: readonly Float64Array[]): Float64Array[] {
  const classes = counts.length;
  let right = 0;
  let all = 0;
  for (const [truth, row] of counts.entries()) {
    right += row[truth]!;
    for (const n of row) all += n;
  }
  const skill = all === 0 ? 1 / classes : right / all;
  return counts.map((_, truth) =>
    Float64Array.from(counts, (_row, k) => (k === truth ? skill : (1 - skill) / (classes - 1))),
  );
}

/** Replaces the posterior; returns the log-likelihood of all answers. */
function estimatePosterior(
  posterior: readonly Float64Array[],
  labels: readonly Label[],
  prior: Float64Array,
  confusion: readonly (readonly Float64Array[])[],
): number {
  const log = (p: number) => Math.log(Math.max(LEAST, p));
  for (const row of posterior) for (let k = 0; k < row.length; k++) row[k] = log(prior[k]!);
  for (const { item, person, label } of labels) {
    const row = posterior[item]!;
    for (let k = 0; k < row.length; k++) row[k]! += log(confusion[person]![k]![label]!);
  }
  let likelihood = 0;
  for (const row of posterior) {
    const most = Math.max(...row);
    for (let k = 0; k < row.length; k++) row[k] = Math.exp(row[k]! - most);
    likelihood += most + Math.log(row.reduce((a, b) => a + b, 0));
    normalise(row);
  }
  return likelihood;
}

/** In place; a row of zeros becomes even. */
function normalise(row: Float64Array): Float64Array {
  const total = row.reduce((a, b) => a + b, 0);
  if (total === 0) return row.fill(1 / row.length);
  for (let k = 0; k < row.length; k++) row[k]! /= total;
  return row;
}
