/**
 * Feedback as intervals, for graphs: an answer says that u = Σ factor · return + offset, plus noise of the standard
 * logistic distribution, lies between two bounds (ordered choice, McCullagh 1980). A comparison is one, a rating too,
 * every step of a takeover, every sign; a value given is the same with normal noise. Rankings are none.
 * Likelihoods are those of likelihoods.ts, which tests compare.
 */
import { sigmoid, softplus } from '../nn/gaussian.ts';
import type { Comparison, Datum, Rating } from './dataset.ts';
import { BETA, GAP, LAPSE, OFFSET, preferenceNoise, SIGMA, STEP_BETA } from './likelihoods.ts';
import type { Noise } from './noise.ts';

export interface Interval {
  /** Parts whose returns count, and by which factor. */
  readonly parts: readonly number[];
  readonly factors: readonly number[];
  readonly offset: number;
  /** Bounds of u; ±UNBOUNDED: none. With `normal` there are none: u itself is to be 0. */
  readonly low: number;
  readonly high: number;
  readonly normal: boolean;
  /** Share of answers at random, and the probability of this one then. */
  readonly lapse: number;
  readonly random: number;
  /** Of the datum's loss. */
  readonly share: number;
}

/** An interval in a batch. */
export interface PlacedInterval {
  readonly interval: Interval;
  /** Of its datum in the batch's loss. */
  readonly share: number;
  /** First row of each of its parts, and what its rows count. */
  readonly rows: readonly { readonly at: number; readonly weights: ArrayLike<number> }[];
}

/** Beyond anything that is added up, within float32. */
export const UNBOUNDED = 1e30;

/** Undefined where the likelihood is of another form. */
export function intervalsOf(datum: Datum, noise: Noise): Interval[] | undefined {
  switch (datum.kind) {
    case 'preference':
    case 'correction':
    case 'demonstration':
    case 'counterfactual':
      return [comparison(datum, noise)];
    case 'rating':
      return [rating(datum, noise)];
    case 'reward':
    case 'critique': {
      const inverse = Math.exp(-noise.value(`sigma/${datum.kind}`, SIGMA));
      return [interval([0], [inverse], -datum.value * inverse, -UNBOUNDED, UNBOUNDED, NORMAL)];
    }
    case 'override': {
      const beta = Math.exp(noise.value(`step-beta/${datum.teacherId}`, STEP_BETA));
      const lapse = sigmoid(noise.value(`step-lapse/${datum.teacherId}`, LAPSE));
      const pairs = Math.floor(datum.parts.length / 2);
      const mistakes = { lapse, random: 0.5, share: 2 / datum.parts.length, normal: false };
      return Array.from({ length: pairs }, (_, i) =>
        interval([2 * i, 2 * i + 1], [beta, -beta], 0, 0, UNBOUNDED, mistakes),
      );
    }
    case 'sign': {
      const mean = { ...PLAIN, share: 1 / datum.parts.length };
      return datum.parts.map((_, i) => interval([i], [datum.sign], 0, 0, UNBOUNDED, mean));
    }
    case 'ranking':
      return undefined;
  }
}

const PLAIN = { lapse: 0, random: 0, share: 1, normal: false };
const NORMAL = { ...PLAIN, normal: true };

/** All of one shape, field by field: batches make thousands a second. */
function interval(
  parts: readonly number[],
  factors: readonly number[],
  offset: number,
  low: number,
  high: number,
  { lapse, random, share, normal }: Pick<Interval, 'lapse' | 'random' | 'share' | 'normal'>,
): Interval {
  return { parts, factors, offset, low, high, lapse, random, share, normal };
}

function comparison(
  datum: Pick<Comparison, 'kind' | 'teacherId' | 'choice' | 'strength'>,
  noise: Noise,
): Interval {
  const { choice, strength } = datum;
  const { beta, lapse, delta, side, ties } = preferenceNoise(datum, noise);
  const low = choice === 'a' ? delta : choice === 'b' ? -UNBOUNDED : -delta;
  const high = choice === 'a' ? UNBOUNDED : choice === 'b' ? -delta : delta;
  const random = choice === 'equal' ? ties : (1 - ties) / 2;
  const factor = beta * strength;
  const mistakes = { lapse, random, share: 1, normal: false };
  return interval([0, 1], [factor, -factor], side, low, high, mistakes);
}

function rating(
  { teacherId, score, scale }: Pick<Rating, 'teacherId' | 'score' | 'scale'>,
  noise: Noise,
): Interval {
  const beta = Math.exp(noise.value(`beta/${teacherId}`, BETA));
  const offset = noise.value(`offset/${teacherId}`, OFFSET);
  const thresholds = [0];
  for (let c = 1; c < scale - 1; c++)
    thresholds.push(thresholds[c - 1]! + softplus(noise.value(`gap/${scale}/${c}`, GAP)));
  const mean = thresholds.reduce((a, b) => a + b, 0) / thresholds.length;
  const bound = (c: number) => (thresholds[c] === undefined ? undefined : thresholds[c] - mean);
  const low = bound(score - 1) ?? -UNBOUNDED;
  return interval([0], [beta], offset, low, bound(score) ?? UNBOUNDED, PLAIN);
}
