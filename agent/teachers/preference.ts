/**
 * B-Pref's synthetic preference teachers (Lee et al. 2021), in its order: skip, equal, myopic,
 * stochastic, mistake, equal overrides. Two of its defects are fixed: thresholds are scaled by
 * their epsilon once, and they work with negative rewards (measured from the worst level seen).
 * Beyond B-Pref: side bias, drift, fatigue and feature-dependent noise.
 */
import { type Config, config, field, number, parseConfig, whole } from '../../sim/config.ts';
import { memories, memoryOf, streamOf } from '../../sim/memory.ts';
import type { Random } from '../../sim/random.ts';
import type { Episode, EpisodeSource, FeedbackBody, Query, Segment } from '../contract.ts';
import { sigmoid } from '../nn/gaussian.ts';
import type { PreferenceTeacher } from './contract.ts';
import { createGrades, RATING_SCALE } from './graded.ts';

const share = number(0, 1);

export const preferenceTeacherSchema = config({
  beta: field(
    number(0, Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
    'Rationality: P(a) = σ(β (R_a − R_b)); Infinity: always the better one.',
  ),
  gamma: field(share, 1, 'Memory: step t of H counts gamma^(H−1−t).'),
  mistake: field(share, 0, 'Probability of the opposite answer.'),
  skip: field(
    number(0, 10),
    0,
    'Skips when both segments are below this share of the usual return.',
  ),
  equal: field(
    number(0, 10),
    0,
    '"Equal" when the returns differ by less than this share of the usual return.',
  ),
  sideBias: field(
    number(-1e9, 1e9),
    0,
    'Added to the left one’s advantage, in units of 1/β (with β = Infinity: in returns).',
  ),
  drift: field(
    number(1e-9, Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
    'Answers after which the noise e-folds: β ← β exp(−n/drift); Infinity: never.',
  ),
  fatigue: field(
    share,
    0,
    'Mistakes grow by this much per 100 answers since the last `rest`, up to 0.5.',
  ),
  featureNoise: field(
    number(0, 0.5),
    0,
    'Feature-dependent noise: mistakes grow by this much, up to 0.5, …',
  ),
  featureIndex: field(
    whole(0, 1e6),
    0,
    '… where this observation number, averaged over both segments, is above its mean so far.',
  ),
  delay: field(number(0, 3600), 0, 'Seconds from query to answer; training goes on meanwhile.'),
});
export type PreferenceTeacherConfig = Config<typeof preferenceTeacherSchema>;

/** B-Pref's table 1 (β −1 there is Infinity here). */
export const preferenceTeachers = {
  oracle: {},
  mistake: { mistake: 0.1 },
  noisy: { beta: 1 },
  skip: { skip: 0.1 },
  myopic: { gamma: 0.9 },
  equal: { equal: 0.1 },
} as const satisfies Record<string, Partial<PreferenceTeacherConfig>>;

export type PreferenceTeacherName = keyof typeof preferenceTeachers;

/** Episodes whose mean reward makes "the usual return", as in B-Pref. */
const RECENT_EPISODES = 10;

export interface SyntheticAnnotator extends PreferenceTeacher {
  /** Learn the usual return from a finished episode; until the first one, from those asked about. */
  watch(episode: Episode): void;
  /** Fatigue starts over. */
  rest(): void;
  /** Mean probability of the likelier answer over the decisive ones so far: no model can predict better. */
  readonly ceiling: number;
}

/** @throws RangeError naming field, value and allowed range. */
export function createPreferenceTeacher(
  options: Partial<PreferenceTeacherConfig>,
  random: Random,
): SyntheticAnnotator {
  const config = parseConfig('teacher', preferenceTeacherSchema, options);
  const usual = createUsualReturn();
  const feature = { sum: 0, count: 0 };
  const past = { answers: 0, sinceRest: 0, isWatching: false };
  const sure = { sum: 0, count: 0 };

  /** A teacher that watches no episodes learns what is usual from the segments it is shown. */
  function glance(segments: readonly Segment[], episodes: EpisodeSource): void {
    for (const { episodeId } of segments) {
      const episode = episodeOf(episodeId, episodes);
      if (!past.isWatching) usual.watch(episode);
    }
  }

  function mistakeRate(a: Segment, b: Segment, episodes: EpisodeSource): number {
    const tired = Math.min(0.5, config.mistake + (config.fatigue * past.sinceRest) / 100);
    if (config.featureNoise === 0) return tired;
    const value =
      0.5 *
      (meanFeature(a, episodes, config.featureIndex) +
        meanFeature(b, episodes, config.featureIndex));
    const above = feature.count > 0 && value > feature.sum / feature.count;
    feature.sum += value;
    feature.count++;
    return above ? Math.min(0.5, tired + config.featureNoise) : tired;
  }

  function likes(a: number, b: number): number {
    const beta = config.beta * Math.exp(-past.answers / config.drift);
    if (beta === Number.POSITIVE_INFINITY) {
      const difference = a - b + config.sideBias;
      return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
    }
    return sigmoid(beta * (a - b) + config.sideBias);
  }

  const grades = createGrades(random);

  /** Ranks or rates; undefined when nothing shown is worth an answer (`skip`). */
  function grade(query: Query, episodes: EpisodeSource): FeedbackBody | undefined {
    const { kind, segments } = query;
    const [first] = segments;
    if (!first) throw new RangeError('query.segments: is empty, needs at least one');
    glance(segments, episodes);
    const length = Math.max(...segments.map((s) => s.to - s.from));
    const best = Math.max(...segments.map((s) => segmentReturn(s, episodes, 1)));
    if (config.skip > 0 && best <= usual.level(config.skip) * length) return undefined;
    const rate = mistakeRate(first, segments.at(-1)!, episodes);
    const beta = config.beta * Math.exp(-past.answers / config.drift);
    past.answers++;
    past.sinceRest++;
    const returns = segments.map((s) => segmentReturn(s, episodes, config.gamma));
    if (kind === 'rate') {
      const score = grades.rate(returns[0]! / (first.to - first.from), rate);
      return { kind: 'rating', segment: first, score, scale: RATING_SCALE };
    }
    const margin = (usual.level(config.equal) - usual.level(0)) * length;
    return { kind: 'ranking', segments, order: grades.rank(returns, beta, rate, margin) };
  }

  const teacher: SyntheticAnnotator = {
    kind: 'preference',
    memory: memories({
      usual: usual.memory,
      feature: memoryOf(feature),
      past: memoryOf(past),
      sure: memoryOf(sure),
      grades: grades.memory,
      random: streamOf(random),
    }),
    delaySeconds: config.delay,
    reply: (query, episodes) =>
      query.kind === 'rank' || query.kind === 'rate'
        ? grade(query, episodes)
        : teacher.answer(query, episodes),
    watch(episode) {
      past.isWatching = true;
      usual.watch(episode);
    },
    rest() {
      past.sinceRest = 0;
    },
    get ceiling() {
      return sure.count === 0 ? 1 : sure.sum / sure.count;
    },
    answer(query, episodes) {
      const [a, b] = pairOf(query);
      glance([a, b], episodes);
      const plainA = segmentReturn(a, episodes, 1);
      const plainB = segmentReturn(b, episodes, 1);
      const length = Math.max(a.to - a.from, b.to - b.from);
      const reply = { kind: 'preference' as const, a, b };
      const rate = mistakeRate(a, b, episodes);
      if (config.skip > 0 && Math.max(plainA, plainB) <= usual.level(config.skip) * length)
        return { ...reply, choice: 'skip' };
      const margin = (usual.level(config.equal) - usual.level(0)) * length;
      const equal = Math.abs(plainA - plainB) < margin;
      const p = likes(
        segmentReturn(a, episodes, config.gamma),
        segmentReturn(b, episodes, config.gamma),
      );
      const chosen = random.next() < p ? 'a' : 'b';
      const flipped = random.next() < rate;
      past.answers++;
      past.sinceRest++;
      if (equal) return { ...reply, choice: 'equal' };
      const pA = p * (1 - rate) + (1 - p) * rate;
      sure.sum += Math.max(pA, 1 - pA);
      sure.count++;
      return { ...reply, choice: flipped ? (chosen === 'a' ? 'b' : 'a') : chosen };
    },
  };
  return teacher;
}

/** Mean reward per step of recent episodes, and the worst such level seen (0 if all are above). */
function createUsualReturn() {
  const past = { recent: new Map<string, number>(), floor: 0 };
  return {
    memory: memoryOf(past),
    watch(episode: Episode): void {
      const { recent } = past;
      if (episode.length === 0) return;
      let sum = 0;
      for (let t = 0; t < episode.length; t++) sum += episode.envRewards[t]!;
      recent.delete(episode.id);
      recent.set(episode.id, sum / episode.length);
      past.floor = Math.min(past.floor, sum / episode.length);
      if (recent.size > RECENT_EPISODES) recent.delete(recent.keys().next().value!);
    },
    /** Per step: floor + share · (usual − floor); B-Pref's threshold where rewards are not negative. */
    level(share: number): number {
      const { recent, floor } = past;
      let sum = 0;
      for (const mean of recent.values()) sum += mean;
      const mean = recent.size === 0 ? floor : sum / recent.size;
      return floor + share * (mean - floor);
    },
  };
}

function pairOf(query: Query): [Segment, Segment] {
  const [a, b] = query.segments;
  if (query.kind !== 'compare' || !a || !b || query.segments.length !== 2)
    throw new RangeError(
      `query.kind: is ${query.kind} with ${query.segments.length} segments, expected compare with 2`,
    );
  return [a, b];
}

function episodeOf(id: string, episodes: EpisodeSource): Episode {
  const episode = episodes.get(id);
  if (!episode) throw new RangeError(`query.segments: episode ${id} is not known`);
  return episode;
}

/** Σ gamma^(H−1−t) r_t, the true return of a segment. */
export function segmentReturn(segment: Segment, episodes: EpisodeSource, gamma: number): number {
  const { envRewards } = episodeOf(segment.episodeId, episodes);
  let sum = 0;
  for (let t = segment.from; t < segment.to; t++) sum = gamma * sum + envRewards[t]!;
  return sum;
}

function meanFeature(segment: Segment, episodes: EpisodeSource, index: number): number {
  const { observations, observationSize: d } = episodeOf(segment.episodeId, episodes);
  let sum = 0;
  for (let t = segment.from; t < segment.to; t++) sum += observations[t * d + index]!;
  return sum / (segment.to - segment.from);
}
