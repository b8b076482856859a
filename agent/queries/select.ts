/** Chooses the queries most worth asking among random candidates; independent of time and storage. */
import type { Random } from '../../sim/random.ts';
import type { Episode, Segment } from '../contract.ts';
import { sigmoid } from '../nn/gaussian.ts';
import type { AnswerTime } from './answer-time.ts';
import type { QueryConfig } from './config.ts';
import { cover, differences } from './coverage.ts';

export interface Candidate {
  readonly a: Segment;
  readonly b: Segment;
  /** P(a ≻ b) per member; all 0.5 without a model. */
  readonly probabilities: readonly number[];
  /** Mean observations of both, for distances: (2 d). */
  readonly features: Float32Array;
}

export interface Choice extends Candidate {
  readonly score: number;
}

/** Returns per member of segments, given as (steps, d) and (steps, k). */
export type SegmentReturns = (episode: Episode, segment: Segment) => number[] | undefined;

/**
 * Random pairs of segments that do not overlap, from the newest episodes that are long enough. Segments are
 * equally long, except those that a termination cuts short where `endings` allows it. `first`: episodes of
 * which the pair should contain a segment, when there are any.
 */
export function drawCandidates(
  episodes: readonly Episode[],
  steps: number,
  count: number,
  random: Random,
  returns: SegmentReturns,
  first: ReadonlySet<string> = new Set(),
  endings = false,
): Candidate[] {
  const long = episodes.filter((e) => startsOf(e, steps, endings) > 0);
  const urgent = long.filter((e) => first.has(e.id));
  const candidates: Candidate[] = [];
  if (long.length === 0) return candidates;
  for (let i = 0; i < count; i++) {
    const from = urgent.length > 0 && i % 2 === 0 ? urgent : long;
    const one = drawSegment(from, steps, endings, random);
    const two = drawSegment(long, steps, endings, random);
    if (!one || !two || overlap(one.segment, two.segment)) continue;
    const ra = returns(one.episode, one.segment);
    const rb = returns(two.episode, two.segment);
    const probabilities = ra && rb ? ra.map((r, m) => sigmoid(r - rb[m]!)) : [0.5];
    candidates.push({
      a: one.segment,
      b: two.segment,
      probabilities,
      features: featuresOf(one.episode, one.segment, two.episode, two.segment),
    });
  }
  return candidates;
}

/** Steps of the shortest segment that a termination may leave. */
const SHORTEST = 2;

/** First steps that a segment of an episode may have. */
function startsOf(episode: Episode, steps: number, endings: boolean): number {
  const least = endings && episode.end === 'terminated' ? Math.min(SHORTEST, steps) : steps;
  return Math.max(0, episode.length - least + 1);
}

/** Episodes count by their length, so that every step is equally likely. */
function drawSegment(
  episodes: readonly Episode[],
  steps: number,
  endings: boolean,
  random: Random,
) {
  const starts = episodes.map((e) => startsOf(e, steps, endings));
  let pick = random.integer(starts.reduce((a, b) => a + b, 0));
  for (const [i, episode] of episodes.entries()) {
    if (pick < starts[i]!) {
      const to = Math.min(pick + steps, episode.length);
      return { episode, segment: { episodeId: episode.id, from: pick, to } };
    }
    pick -= starts[i]!;
  }
  return undefined;
}

/** Whether they share a step. */
export function overlap(a: Segment, b: Segment): boolean {
  return a.episodeId === b.episodeId && a.from < b.to && b.from < a.to;
}

function featuresOf(ea: Episode, a: Segment, eb: Episode, b: Segment): Float32Array {
  const d = ea.observationSize;
  const features = new Float32Array(2 * d);
  const add = (e: Episode, s: Segment, at: number) => {
    for (let t = s.from; t < s.to; t++)
      for (let j = 0; j < d; j++) features[at + j]! += e.observations[t * d + j]! / (s.to - s.from);
  };
  add(ea, a, 0);
  add(eb, b, d);
  return features;
}

/** Binary entropy, nats. */
function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Mutual information between the answer and the model. */
export function information(probabilities: readonly number[]): number {
  return Math.max(0, entropy(mean(probabilities)) - mean(probabilities.map(entropy)));
}

export function easeOf(probabilities: readonly number[]): number {
  return Math.abs(2 * mean(probabilities) - 1);
}

function deviation(values: readonly number[]): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
}

/**
 * Candidates without the pairs that look the same: those whose difference is below `least` go, as long as `needed`
 * are left; after that the most different ones stay.
 */
export function tellingApart(
  candidates: readonly Candidate[],
  least: number,
  needed: number,
): readonly Candidate[] {
  if (least <= 0) return candidates;
  const apart = differences(candidates.map(({ features }) => features));
  const clear = candidates.filter((_, i) => apart[i]! >= least);
  if (clear.length >= Math.min(needed, candidates.length)) return clear;
  const order = [...candidates.keys()].sort((i, j) => apart[j]! - apart[i]!);
  return order.slice(0, needed).map((i) => candidates[i]!);
}

/** The `count` best candidates, best first. `asked`: features of earlier queries. */
export function selectQueries(
  candidates: readonly Candidate[],
  count: number,
  config: Pick<QueryConfig, 'strategy'>,
  answerTime: AnswerTime,
  asked: readonly Float32Array[],
): Choice[] {
  const best = (score: (c: Candidate) => number, n = count): Choice[] =>
    candidates
      .map((c) => ({ ...c, score: score(c) }))
      .sort((x, y) => y.score - x.score)
      .slice(0, n);
  const spread = (pool: readonly Choice[]): Choice[] =>
    cover(
      pool.map((c) => c.features),
      count,
      asked,
    ).map((i) => pool[i]!);
  switch (config.strategy) {
    case 'uniform':
    case 'near-on-policy':
      return candidates.slice(0, count).map((c) => ({ ...c, score: 0 }));
    case 'disagreement':
      return best((c) => deviation(c.probabilities));
    case 'entropy':
      return best((c) => mean(c.probabilities.map(entropy)));
    case 'easy-first':
      return best((c) => easeOf(c.probabilities));
    case 'per-second':
      return best((c) => {
        const ease = easeOf(c.probabilities);
        return (
          (information(c.probabilities) * answerTime.answered(ease)) / answerTime.seconds(ease)
        );
      });
    case 'k-centre':
      return spread(candidates.map((c) => ({ ...c, score: 0 })));
    case 'information':
      return spread(
        best(
          (c) => information(c.probabilities),
          Math.max(count, Math.ceil(candidates.length / 2)),
        ),
      );
  }
}
