/** The queue's source: makes Query objects, remembers what was asked, and lets queries expire. */
import { hash } from 'node:crypto';
import { parseConfig } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import {
  type EnvironmentSpec,
  type Episode,
  type Feedback,
  isPersons,
  type Query,
  type Segment,
} from '../contract.ts';
import type { EpisodeStore } from '../episode/store.ts';
import type { RewardEnsemble } from '../reward/ensemble.ts';
import { createAnswerTime } from './answer-time.ts';
import { createAsked, type SavedQuestion } from './asked.ts';
import { type ClipSource, labelsDue, type QueryConfig, querySchema } from './config.ts';
import {
  type Candidate,
  type Choice,
  drawCandidates,
  easeOf,
  overlap,
  type SegmentReturns,
  selectQueries,
  tellingApart,
} from './select.ts';

/** Hexadecimal digits at the end of a query's id. */
export const QUERY_ID = 12;

/** What may be asked otherwise than the configuration says. */
export type Asking = Partial<Pick<QueryConfig, 'kind' | 'strategy' | 'recentEpisodes'>> & {
  /** Absent: all. */
  readonly source?: ClipSource;
};

export interface QuerySource {
  readonly config: QueryConfig;
  /** Answers that may still be asked for after `environmentSteps` steps: those due so far less those given. */
  due(environmentSteps: number): number;
  /**
   * Up to `count` queries, best first; fewer while there is little behaviour. Never waits. Queries about
   * `urgent` episodes come before all others; where there are such candidates, they are at least half. `how` changes
   * the configuration for these alone.
   */
  next(
    count: number,
    now: number,
    policyVersion: number,
    urgent?: ReadonlySet<string>,
    how?: Asking,
  ): Query[];
  /** Learns from the time and the choice of an answer. */
  answered(feedback: Feedback): void;
  /** The query, while it is remembered. */
  get(id: string): Query | undefined;
  save(): Record<string, unknown>;
  load(meta: Readonly<Record<string, unknown>>): void;
}

/**
 * Steps of a segment: `steps`, but at most half of the longest finished episode, so that tasks whose
 * episodes are short are asked about too, and two segments of one episode can differ.
 */
export function segmentSteps(behaviour: readonly Episode[], steps: number): number {
  let longest = 0;
  for (const { end, length } of behaviour) if (end !== 'open') longest = Math.max(longest, length);
  return longest === 0 ? steps : Math.min(steps, Math.max(2, Math.floor(longest / 2)));
}

interface Question {
  readonly choice: Choice;
  readonly segments: Segment[];
  readonly strategy: string;
}

/** The segments of each query; a ranking has those of two pairs that do not overlap. */
function questions(kind: QueryConfig['kind'], chosen: readonly Choice[]) {
  if (kind === 'compare')
    return chosen.map((choice) => ({ choice, segments: [choice.a, choice.b] }));
  if (kind === 'rate') return chosen.map((choice) => ({ choice, segments: [choice.a] }));
  const rankings: { choice: Choice; segments: Segment[] }[] = [];
  for (let i = 0; i + 1 < chosen.length; i += 2) {
    const [choice, other] = [chosen[i]!, chosen[i + 1]!];
    const segments = [choice.a, choice.b];
    for (const s of [other.a, other.b]) if (!segments.some((t) => overlap(s, t))) segments.push(s);
    rankings.push({ choice, segments });
  }
  return rankings;
}

/** It tells nothing of how many there were: what a server slips in between bears the same kind of name. */
function idOf(runId: string, count: number): string {
  return `${runId}-q${hash('sha256', `${runId} ${count}`, 'hex').slice(0, QUERY_ID)}`;
}

/** Whether clips are taken from the episode. */
function isOf(source: ClipSource, { sources, successes, end }: Episode): boolean {
  switch (source) {
    case 'all':
      return true;
    case 'driven':
      return sources.some(isPersons);
    case 'alone':
      return !sources.some(isPersons);
    case 'solved':
      return successes.includes(1);
    case 'failed':
      return end !== 'open' && !successes.includes(1);
  }
}

/** Open questions whose episodes are held. Where more are open, who asks has the oldest episodes anew. */
const HELD = 8;

export function createQuerySource(
  spec: EnvironmentSpec,
  options: Partial<QueryConfig>,
  runId: string,
  store: EpisodeStore,
  reward: RewardEnsemble | undefined,
  random: Random,
): QuerySource {
  const preset = parseConfig('queries', querySchema, options);
  const steps = Math.max(2, Math.round(preset.segmentSeconds / spec.controlDt));
  const answerTime = createAnswerTime();
  const asked = createAsked(random);
  /** Not answered yet, oldest first. */
  const open = new Map<string, Query>();
  let count = 0;
  /** Repetitions due for the queries asked so far. */
  let owed = 0;
  /** Answers of any kind to queries. */
  let answers = 0;

  /** What open questions are about stays: an answer names steps that it then teaches about. */
  function hold(now: number): void {
    for (const [id, { expiresAt }] of open)
      if (expiresAt <= now || open.size > HELD) open.delete(id);
    store.hold([...open.values()].flatMap(({ segments }) => segments.map((s) => s.episodeId)));
  }

  /** The newest of those that clips are taken from. */
  function recent(config: QueryConfig, source: ClipSource): Episode[] {
    const wanted =
      config.strategy === 'near-on-policy'
        ? Math.max(2, Math.ceil(config.recentEpisodes / 10))
        : config.recentEpisodes;
    const found: Episode[] = [];
    for (const id of store.experienceIds().reverse()) {
      if (found.length === wanted) break;
      const episode = store.get(id);
      if (episode && isOf(source, episode)) found.push(episode);
    }
    return found.reverse();
  }

  /** Sums of each member's published output, learned once a version exists. */
  const returns: SegmentReturns = (episode, { from, to }: Segment) => {
    if (!reward || reward.version === 0) return undefined;
    const { observationSize: d, actionSize: k } = episode;
    return reward
      .memberOutputs(
        episode.observations.subarray(from * d, to * d),
        episode.actions.subarray(from * k, to * k),
        to - from,
      )
      .map((r) => r.reduce((a, b) => a + b, 0));
  };

  /** A query that was answered before, sides at random; undefined: there is none to ask again. */
  function again(): Question | undefined {
    if (owed < 1) return undefined;
    const earlier = asked.takeAnswered();
    if (!earlier) return undefined;
    owed -= 1;
    const [a, b] = earlier.query.segments as [Segment, Segment];
    const { features } = earlier;
    const choice = { a, b, score: 0, features, probabilities: [(1 + earlier.ease) / 2] };
    const segments = random.next() < 0.5 ? [a, b] : [b, a];
    return { choice, segments, strategy: 'repeat' };
  }

  /** How many of `wanted` are asked again. */
  function repetitions(config: QueryConfig, wanted: number) {
    if (config.kind !== 'compare' || config.repeatShare === 0) return [];
    owed = Math.min(wanted, owed + wanted * config.repeatShare);
    return Array.from({ length: wanted }, again).filter((question) => question !== undefined);
  }

  return {
    config: preset,
    due(environmentSteps) {
      const { schedule, budget, budgetSteps } = preset;
      if (budget === Number.POSITIVE_INFINITY) return budget;
      return Math.max(0, labelsDue(schedule, environmentSteps / budgetSteps, budget) - answers);
    },
    next(asking, now, policyVersion, urgent, how) {
      const { source = 'all', ...changes } = how ?? {};
      const config = { ...preset, ...changes };
      const repeated = repetitions(config, asking);
      const wanted = asking - repeated.length;
      const untrained = !reward || reward.version === 0;
      // B-Pref: the first session is uniform, whatever the strategy.
      const strategy = untrained ? 'uniform' : config.strategy;
      const perQuery =
        strategy === 'uniform' || strategy === 'near-on-policy' ? 2 : config.candidates;
      const pairs = config.kind === 'rank' ? 2 * wanted : wanted;
      const behaviour = recent(config, source);
      // Where terminations may cut segments short, short episodes are asked about as they are.
      const cut = config.endings && behaviour.some((e) => e.end === 'terminated');
      const length = cut ? steps : segmentSteps(behaviour, steps);
      const drawn = drawCandidates(
        behaviour,
        length,
        pairs * perQuery,
        random,
        returns,
        urgent,
        config.endings,
      );
      const candidates =
        config.kind === 'rate' ? drawn : tellingApart(drawn, config.minDifference, pairs);
      const features = asked.features(200);
      const select = (from: readonly Candidate[], most: number) =>
        selectQueries(from, most, { strategy }, answerTime, features);
      const isAbout = (segments: readonly Segment[]) =>
        segments.some((segment) => urgent?.has(segment.episodeId) === true);
      const about = candidates.filter((c) => isAbout(config.kind === 'rate' ? [c.a] : [c.a, c.b]));
      const others = candidates.filter((candidate) => !about.includes(candidate));
      // Half of the queries are urgent ones, whatever the strategy thinks of them; more where there are no others.
      const pressing = select(about, Math.max(Math.ceil(pairs / 2), pairs - others.length));
      const chosen = [...pressing, ...select(others, pairs - pressing.length)];
      const fresh = questions(config.kind, chosen).map((q) => ({ ...q, strategy }));
      const all = [...repeated, ...fresh].map((q) => ({ ...q, isUrgent: isAbout(q.segments) }));
      all.sort((one, other) => Number(other.isUrgent) - Number(one.isUrgent));
      const made = all.map(({ choice, segments, strategy, isUrgent }) => {
        const query: Query = {
          id: idOf(runId, count++),
          runId,
          kind: config.kind,
          segments,
          strategy,
          score: choice.score,
          policyVersion,
          createdAt: now,
          expiresAt: now + 1000 * config.expirySeconds,
          expiresAfterEpisodes: config.expiryEpisodes,
          ...(isUrgent ? { urgent: true } : {}),
        };
        const ease = easeOf(choice.probabilities);
        asked.add({ query, ease, features: choice.features });
        open.set(query.id, query);
        return query;
      });
      hold(now);
      return made;
    },
    answered(feedback) {
      if (!feedback.queryId || !asked.get(feedback.queryId)) return;
      answers++;
      open.delete(feedback.queryId);
      if (feedback.kind !== 'preference') return;
      const question = asked.answered(feedback.queryId, feedback.choice);
      if (question) answerTime.add(feedback, question.ease);
    },
    get: (id) => asked.get(id)?.query,
    save: () => ({
      count,
      answerTime: answerTime.save(),
      owed,
      answers,
      asked: asked.save(),
      open: [...open.keys()],
    }),
    load(meta) {
      count = meta.count as number;
      answerTime.load(meta.answerTime as number[]);
      owed = (meta.owed as number | undefined) ?? 0;
      answers = (meta.answers as number | undefined) ?? 0;
      asked.load(meta.asked as SavedQuestion[]);
      open.clear();
      for (const id of (meta.open as string[] | undefined) ?? []) {
        const query = asked.get(id)?.query;
        if (query) open.set(id, query);
      }
      hold(0);
    },
  };
}
