/**
 * How each person answers: rationality β, pull to the left clip, share of answers at random, with intervals. Members fit
 * the same figures to the answers that they learn from, and make people surer the better they know those by heart; what
 * is told here is the mode of the posterior given the returns that a member predicts which never saw the answer, and
 * intervals are of the Laplace approximation.
 */
import { sigmoid } from '../nn/gaussian.ts';
import { type Comparison, type Datum, joined } from './dataset.ts';
import {
  BETA,
  LAPSE,
  preferenceNoise,
  preferenceProbabilities,
  SIDE,
  TINY,
} from './likelihoods.ts';
import type { Noise, NoisePrior } from './noise.ts';
import { partReturns, type ReportSource } from './report.ts';

export interface Estimate {
  readonly value: number;
  /** 95 %. */
  readonly low: number;
  readonly high: number;
}

export interface LearnedPerson {
  readonly teacherId: string;
  /** Comparisons that this is learned from. */
  readonly answers: number;
  /** 1: as everybody; 0: answers do not depend on what is shown. */
  readonly beta: Estimate;
  /** Pull to the left clip, logit; 0: none. */
  readonly side: Estimate;
  /** Share of answers at random. */
  readonly lapse: Estimate;
}

/** A comparison, and by how much the left return exceeds the right one. */
interface Judged {
  readonly datum: Comparison;
  readonly margin: number;
}

/** Newest comparisons that are looked at. */
const MOST = 2000;
const Z = 1.96;
/** For differences, and most steps of Newton's method. */
const STEP = 1e-3;
const ROUNDS = 30;
const PRIORS: readonly NoisePrior[] = [BETA, SIDE, LAPSE];
const NAMES = ['beta', 'side', 'lapse'];

type Source = Pick<ReportSource, 'data' | 'width' | 'members' | 'noise' | 'outputs'>;

export function learnedPeople(source: Source): LearnedPerson[] {
  const people = new Map<string, Judged[]>();
  for (const judged of judge(source)) {
    const { teacherId } = judged.datum;
    people.set(teacherId, [...(people.get(teacherId) ?? []), judged]);
  }
  return [...people].map(([teacherId, list]) => learned(teacherId, list, source.noise));
}

function judge({ data, width, members, outputs }: Source): Judged[] {
  const compared = data.filter(
    (datum): datum is Comparison & Datum => datum.kind === 'preference' && !datum.opponent,
  );
  const newest = compared.slice(-MOST);
  return Array.from({ length: members }, (_, member) => {
    const own = newest.filter((datum) => datum.fold === member);
    const rows = joined(own);
    const rewards = outputs(member, rows, rows.length / width);
    let at = 0;
    return own.map((datum) => {
      const S = partReturns(datum, rewards, at);
      at += datum.rows.length / width;
      return { datum, margin: datum.strength * (S[0]! - S[1]!) };
    });
  }).flat();
}

function learned(teacherId: string, list: readonly Judged[], noise: Noise): LearnedPerson {
  const start = NAMES.map((name, i) => noise.value(`${name}/${teacherId}`, PRIORS[i]!));
  const { delta, ties } = preferenceNoise({ teacherId, kind: 'preference' }, noise);
  const cost = (values: readonly number[]) => posterior(values, list, delta, ties);
  const { at, deviations } = minimise(cost, start);
  const estimate = (i: number, map: (x: number) => number): Estimate => ({
    value: map(at[i]!),
    low: map(at[i]! - Z * deviations[i]!),
    high: map(at[i]! + Z * deviations[i]!),
  });
  return {
    teacherId,
    answers: list.length,
    beta: estimate(0, Math.exp),
    side: estimate(1, (x) => x),
    lapse: estimate(2, sigmoid),
  };
}

/** Negative log of the posterior of log β, side and the lapse's logit. */
function posterior(
  values: readonly number[],
  list: readonly Judged[],
  delta: number,
  ties: number,
): number {
  const [beta, side, lapse] = [Math.exp(values[0]!), values[1]!, sigmoid(values[2]!)];
  let total = 0;
  for (const { datum, margin } of list) {
    const p = preferenceProbabilities(beta * margin + side, { delta, lapse, ties });
    total -= Math.log(Math.max(TINY, p[datum.choice]));
  }
  for (const [i, { initial, deviation, common = 0 }] of PRIORS.entries())
    total += (values[i]! - initial) ** 2 / (2 * (deviation ** 2 + common ** 2));
  return total;
}

/** Where the cost is least, by Newton's method from `start`, and the inverse of its curvature there. */
function minimise(cost: Cost, start: readonly number[]): { at: number[]; deviations: number[] } {
  let at = [...start];
  for (let round = 0; round < ROUNDS; round++) {
    const { gradient, hessian } = curvature(cost, at);
    const inverse = invert(hessian);
    // Where the cost is no bowl, down the slope.
    const step = at.map((_, i) =>
      inverse ? dot(inverse[i]!, gradient) : (gradient[i]! * variance(i)) / 2,
    );
    const next = shortened(cost, at, step);
    if (!next) break;
    at = next;
  }
  const inverse = invert(curvature(cost, at).hessian);
  const deviations = at.map((_, i) => {
    const own = inverse ? inverse[i]![i]! : variance(i);
    return Math.sqrt(Math.min(variance(i), own));
  });
  return { at, deviations };
}

type Cost = (values: readonly number[]) => number;

/** Of the prior: what nobody's answers can make larger. */
function variance(i: number): number {
  const { deviation, common = 0 } = PRIORS[i]!;
  return deviation ** 2 + common ** 2;
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** As much of the step as makes the cost smaller; undefined: none of it does, noticeably. */
function shortened(cost: Cost, at: readonly number[], step: readonly number[]) {
  const before = cost(at);
  for (let share = 1; share > 1e-3; share /= 2) {
    const next = at.map((x, i) => x - share * step[i]!);
    if (cost(next) < before - 1e-9) return next;
  }
  return undefined;
}

function curvature(cost: Cost, at: readonly number[]) {
  const moved = (...moves: readonly (readonly [number, number])[]) => {
    const values = [...at];
    for (const [i, by] of moves) values[i]! += by;
    return cost(values);
  };
  const middle = cost(at);
  const up = at.map((_, i) => moved([i, STEP]));
  const down = at.map((_, i) => moved([i, -STEP]));
  return {
    gradient: at.map((_, i) => (up[i]! - down[i]!) / (2 * STEP)),
    hessian: at.map((_, i) =>
      at.map((_, j) => {
        if (i === j) return (up[i]! - 2 * middle + down[i]!) / STEP ** 2;
        const same = moved([i, STEP], [j, STEP]) + moved([i, -STEP], [j, -STEP]);
        const other = moved([i, STEP], [j, -STEP]) + moved([i, -STEP], [j, STEP]);
        return (same - other) / (4 * STEP ** 2);
      }),
    ),
  };
}

/** Gauss–Jordan without pivoting, which a positive matrix does not need; undefined: it is none. */
function invert(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i]![i]!;
    if (!(pivot > 0)) return undefined;
    rows[i] = rows[i]!.map((x) => x / pivot);
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]!;
      rows[k] = rows[k]!.map((x, j) => x - factor * rows[i]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}
