/**
 * Negative log-likelihoods of every feedback type, given segment returns S (sums of learned reward),
 * with their gradients written out beside them; tests/agent/reward checks them against finite
 * differences. One loss function per type, all of the same form:
 *
 *   nll(datum, S, dS, noise): value in nats; adds d nll / d S to dS, and to `noise` its gradients.
 *
 * `noise` undefined: evaluation only, nothing is added to the noise gradients.
 */
import { sigmoid, softplus } from '../nn/gaussian.ts';
import type { Comparison, Datum, Ranking, Rating, Signed, StepPairs, Value } from './dataset.ts';
import type { Noise, NoisePrior } from './noise.ts';

/**
 * log β of a teacher: rationality within a factor of e either way of 1. Half of the prior's variance is between
 * people, half in what they have in common: somebody with few answers is thought of as the others are.
 */
export const BETA: NoisePrior = { initial: 0, deviation: 0.5, common: 0.49 };
/** logit of the lapse ε: about 2 % of answers at random. */
export const LAPSE: NoisePrior = { initial: -4, deviation: 0.8, common: 0.6 };
/** Pull to the left clip, logit; sides are random, so that nobody's is about what is shown. */
export const SIDE: NoisePrior = { initial: 0, deviation: 0.9, common: 0.4 };
/** log of the tie margin δ. */
export const TIE: NoisePrior = { initial: -1.5, deviation: 1.5 };
/** log of the rationality of single-step comparisons. */
export const STEP_BETA: NoisePrior = { initial: 1, deviation: 0.5 };
/** log of the standard deviation of given values around r̂. */
export const SIGMA: NoisePrior = { initial: -0.7, deviation: 0.7 };
/** A rater's leniency. */
export const OFFSET: NoisePrior = { initial: 0, deviation: 1 };
/** Gap between neighbouring rating thresholds, before softplus. */
export const GAP: NoisePrior = { initial: 0.5, deviation: 2 };

const LOG_TAU = Math.log(2 * Math.PI);
/** Least probability that an answer is given. */
export const TINY = 1e-12;

export interface Gradients {
  readonly values: Noise;
  /** Multiplies what is added to the noise gradients; 0: evaluation only. */
  readonly scale: number;
}

/**
 * Probabilities of 'a', 'b' and 'equal' for x = β s (R_a − R_b) + side, tie margin δ and lapse ε; a lapsing
 * teacher says 'equal' as often as it usually does, else 'a' or 'b' whatever it saw.
 */
export function preferenceProbabilities(
  x: number,
  { delta, lapse, ties }: Pick<PreferenceNoise, 'delta' | 'lapse' | 'ties'>,
): { a: number; b: number; equal: number } {
  const a = (1 - lapse) * sigmoid(x - delta) + (lapse * (1 - ties)) / 2;
  const b = (1 - lapse) * sigmoid(-x - delta) + (lapse * (1 - ties)) / 2;
  return { a, b, equal: 1 - a - b };
}

export interface PreferenceNoise {
  readonly beta: number;
  readonly lapse: number;
  readonly delta: number;
  /** Pull to the left clip, logit. */
  readonly side: number;
  /** Share of 'equal' among the teacher's answers. */
  readonly ties: number;
}

/** Sides exist where somebody looks at two clips; who drives better than the agent has none. */
function hasSides({ kind }: Pick<Comparison, 'kind'>): boolean {
  return kind === 'preference';
}

/** Noise of one teacher's comparisons of a kind. */
export function preferenceNoise(
  { teacherId, kind }: Pick<Comparison, 'teacherId' | 'kind'>,
  noise: Noise,
): PreferenceNoise {
  return {
    side: hasSides({ kind }) ? noise.value(`side/${teacherId}`, SIDE) : 0,
    beta: Math.exp(noise.value(`beta/${teacherId}`, BETA)),
    lapse: sigmoid(noise.value(`lapse/${teacherId}`, LAPSE)),
    delta: Math.exp(noise.value(`tie/${teacherId}`, TIE)),
    ties: noise.ties(teacherId),
  };
}

/**
 * Bradley–Terry with ties (Rao & Kupper 1967's margin) and lapse. A lapsing teacher says 'equal' only as
 * often as it does otherwise: if not, swapped answers could never be told from noise (docs/decisions/0005).
 */
export function preferenceNll(
  datum: Pick<Comparison, 'kind' | 'teacherId' | 'choice' | 'strength'>,
  S: Float64Array,
  dS: Float64Array,
  { values, scale }: Gradients,
): number {
  const { teacherId, choice, strength } = datum;
  const { beta, lapse, delta, side, ties } = preferenceNoise(datum, values);
  const random = choice === 'equal' ? ties : (1 - ties) / 2;
  const margin = strength * (S[0]! - S[1]!);
  const pull = beta * margin;
  const x = pull + side;
  const up = sigmoid(x - delta);
  const down = sigmoid(-x - delta);
  const dUp = up * (1 - up);
  const dDown = down * (1 - down);
  // q: probability without lapse; its derivatives with respect to x and δ.
  let q: number;
  let qx: number;
  let qd: number;
  switch (choice) {
    case 'a':
      [q, qx, qd] = [up, dUp, -dUp];
      break;
    case 'b':
      [q, qx, qd] = [down, -dDown, -dDown];
      break;
    case 'equal':
      [q, qx, qd] = [1 - up - down, dDown - dUp, dUp + dDown];
      break;
  }
  const p = Math.max(TINY, (1 - lapse) * q + lapse * random);
  const dq = -(1 - lapse) / p;
  const dx = dq * qx;
  dS[0]! += dx * beta * strength;
  dS[1]! -= dx * beta * strength;
  if (scale !== 0) {
    values.add(`beta/${teacherId}`, scale * dx * pull);
    if (hasSides(datum)) values.add(`side/${teacherId}`, scale * dx);
    values.add(`tie/${teacherId}`, scale * dq * qd * delta);
    values.add(`lapse/${teacherId}`, scale * (-(random - q) / p) * lapse * (1 - lapse));
  }
  return -Math.log(p);
}

/**
 * Plackett–Luce; tied segments each win against all that are not ahead of them (Breslow's form of
 * ties in the exploded logit, Allison & Christakis 1994).
 */
export function rankingNll(
  datum: Pick<Ranking, 'teacherId' | 'order'>,
  S: Float64Array,
  dS: Float64Array,
  { values, scale }: Gradients,
): number {
  const name = `beta/${datum.teacherId}`;
  const beta = Math.exp(values.value(name, BETA));
  const { order } = datum;
  let nll = 0;
  let dLogBeta = 0;
  for (let i = 0; i < order.length; i++) {
    let max = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < order.length; j++)
      if (order[j]! >= order[i]!) max = Math.max(max, beta * S[j]!);
    let sum = 0;
    for (let j = 0; j < order.length; j++)
      if (order[j]! >= order[i]!) sum += Math.exp(beta * S[j]! - max);
    nll += max + Math.log(sum) - beta * S[i]!;
    dS[i]! -= beta;
    dLogBeta -= beta * S[i]!;
    for (let j = 0; j < order.length; j++) {
      if (order[j]! < order[i]!) continue;
      const share = Math.exp(beta * S[j]! - max) / sum;
      dS[j]! += beta * share;
      dLogBeta += beta * S[j]! * share;
    }
  }
  if (scale !== 0) values.add(name, scale * dLogBeta);
  return nll;
}

/**
 * Cumulative logit (McCullagh 1980): P(score ≤ c) = σ(τ_c − β_u R − b_u). The thresholds of a scale
 * are shared, centred, and ordered by softplus gaps; leniency b_u and β_u are the rater's own.
 */
export function ratingNll(
  datum: Pick<Rating, 'teacherId' | 'score' | 'scale'>,
  S: Float64Array,
  dS: Float64Array,
  { values, scale }: Gradients,
): number {
  const { teacherId, score, scale: levels } = datum;
  const betaName = `beta/${teacherId}`;
  const offsetName = `offset/${teacherId}`;
  const beta = Math.exp(values.value(betaName, BETA));
  const u = beta * S[0]! + values.value(offsetName, OFFSET);
  // τ_c, c = 0 … levels−2: cumulative gaps, shifted so that their mean is 0.
  const cuts = levels - 1;
  const gaps: number[] = [];
  for (let c = 1; c < cuts; c++) gaps.push(values.value(`gap/${levels}/${c}`, GAP));
  const tau: number[] = [0];
  for (let c = 1; c < cuts; c++) tau.push(tau[c - 1]! + softplus(gaps[c - 1]!));
  const mean = tau.reduce((a, b) => a + b, 0) / cuts;
  const upper = score < cuts ? sigmoid(tau[score]! - mean - u) : 1;
  const lower = score > 0 ? sigmoid(tau[score - 1]! - mean - u) : 0;
  const p = Math.max(TINY, upper - lower);
  const dUpper = upper * (1 - upper);
  const dLower = lower * (1 - lower);
  const du = (dUpper - dLower) / p;
  dS[0]! += beta * du;
  if (scale !== 0) {
    values.add(betaName, scale * du * beta * S[0]!);
    values.add(offsetName, scale * du);
    for (let c = 1; c < cuts; c++) {
      // gap c moves τ_j up by 1 for j ≥ c, and the mean by (cuts − c)/cuts.
      const shift = (cuts - c) / cuts;
      const moveUpper = score < cuts ? (score >= c ? 1 : 0) - shift : 0;
      const moveLower = score > 0 ? (score - 1 >= c ? 1 : 0) - shift : 0;
      const dGap = -(dUpper * moveUpper - dLower * moveLower) / p;
      values.add(`gap/${levels}/${c}`, scale * dGap * sigmoid(gaps[c - 1]!));
    }
  }
  return -Math.log(p);
}

/** Gaussian around the weighted mean of r̂: live rewards and critiques. */
export function valueNll(
  datum: Pick<Value, 'kind' | 'value'>,
  S: Float64Array,
  dS: Float64Array,
  { values, scale }: Gradients,
): number {
  const name = `sigma/${datum.kind}`;
  const logSigma = values.value(name, SIGMA);
  const sigma = Math.exp(logSigma);
  const z = (datum.value - S[0]!) / sigma;
  dS[0]! -= z / sigma;
  if (scale !== 0) values.add(name, scale * (1 - z * z));
  return 0.5 * z * z + logSigma + 0.5 * LOG_TAU;
}

/**
 * Bradley–Terry at one state, mean over the steps of a takeover: (s, a_human) ≻ (s, a_policy), with
 * the operator's own rationality and lapse. Parts alternate: human, policy, human, policy …
 */
export function overrideNll(
  datum: Pick<StepPairs, 'teacherId'>,
  S: Float64Array,
  dS: Float64Array,
  { values, scale }: Gradients,
  parts: number,
): number {
  const name = `step-beta/${datum.teacherId}`;
  const lapseName = `step-lapse/${datum.teacherId}`;
  const beta = Math.exp(values.value(name, STEP_BETA));
  const lapse = sigmoid(values.value(lapseName, LAPSE));
  const share = 2 / parts;
  let nll = 0;
  let dLogBeta = 0;
  let dLapse = 0;
  for (let i = 0; i + 1 < parts; i += 2) {
    const x = beta * (S[i]! - S[i + 1]!);
    const up = sigmoid(x);
    const p = (1 - lapse) * up + lapse / 2;
    const dx = (-share * (1 - lapse) * up * (1 - up)) / p;
    dS[i]! += beta * dx;
    dS[i + 1]! -= beta * dx;
    dLogBeta += dx * x;
    dLapse -= (share * (0.5 - up)) / p;
    nll -= share * Math.log(p);
  }
  if (scale !== 0) {
    values.add(name, scale * dLogBeta);
    values.add(lapseName, scale * dLapse * lapse * (1 - lapse));
  }
  return nll;
}

/** Steps weakly called good (+1) or bad (−1), mean over them: −log σ(± r̂). */
export function signNll(
  datum: Pick<Signed, 'sign'>,
  S: Float64Array,
  dS: Float64Array,
  parts: number,
): number {
  let nll = 0;
  for (let i = 0; i < parts; i++) {
    const x = datum.sign * S[i]!;
    dS[i]! -= (datum.sign * sigmoid(-x)) / parts;
    nll += softplus(-x) / parts;
  }
  return nll;
}

/** Any datum. S and dS have one number per part. */
export function datumNll(
  datum: Datum,
  S: Float64Array,
  dS: Float64Array,
  gradients: Gradients,
): number {
  switch (datum.kind) {
    case 'preference':
    case 'correction':
    case 'demonstration':
    case 'counterfactual':
      return preferenceNll(datum, S, dS, gradients);
    case 'ranking':
      return rankingNll(datum, S, dS, gradients);
    case 'rating':
      return ratingNll(datum, S, dS, gradients);
    case 'reward':
    case 'critique':
      return valueNll(datum, S, dS, gradients);
    case 'override':
      return overrideNll(datum, S, dS, gradients, datum.parts.length);
    case 'sign':
      return signNll(datum, S, dS, datum.parts.length);
  }
}
