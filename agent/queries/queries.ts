/** The queue's source: makes Query objects, remembers what was asked, and lets questions expire. */
import type { Random } from '../../sim/random.ts';
import type { EnvironmentSpec, Episode, Feedback, Query, Segment } from '../contract.ts';
import type { EpisodeStore } from '../episodes.ts';
import type { RewardEnsemble } from '../reward/ensemble.ts';
import { createAnswerTime } from './answer-time.ts';
import { checkQueryConfig, type QueryConfig, queryDefaults } from './config.ts';
import {
  type Choice,
  drawCandidates,
  easeOf,
  overlap,
  type SegmentReturns,
  selectQueries,
} from './select.ts';

export interface QuerySource {
  readonly config: QueryConfig;
  /** Up to `count` questions, best first; fewer while there is little behaviour. Never waits. */
  next(count: number, now: number, policyVersion: number, urgent?: ReadonlySet<string>): Query[];
  /** An answer came: its time and choice are learned from. */
  answered(feedback: Feedback): void;
  /** The question, while it is remembered. */
  get(id: string): Query | undefined;
  save(): Record<string, unknown>;
  load(meta: Readonly<Record<string, unknown>>): void;
}

/** Questions remembered for their answers, and for coverage. */
const REMEMBERED = 2000;

/**
 * Steps of a segment: `steps`, but at most half of the longest finished episode, so that tasks whose
 * episodes are short are asked about too, and two segments of one episode can differ.
 */
export function segmentSteps(behaviour: readonly Episode[], steps: number): number {
  let longest = 0;
  for (const { end, length } of behaviour) if (end !== 'open') longest = Math.max(longest, length);
  return longest === 0 ? steps : Math.min(steps, Math.max(2, Math.floor(longest / 2)));
}

/** The segments of each question; a ranking has those of two pairs that do not overlap. */
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

export function createQuerySource(
  spec: EnvironmentSpec,
  options: Partial<QueryConfig>,
  runId: string,
  store: EpisodeStore,
  reward: RewardEnsemble | undefined,
  random: Random,
): QuerySource {
  const config = { ...queryDefaults, ...options };
  checkQueryConfig(config);
  const steps = Math.max(2, Math.round(config.segmentSeconds / spec.controlDt));
  const answerTime = createAnswerTime();
  const asked = new Map<string, { query: Query; ease: number; features: Float32Array }>();
  let count = 0;

  function recent(): Episode[] {
    const ids = store.ids();
    const wanted =
      config.strategy === 'near-on-policy'
        ? Math.max(2, Math.ceil(config.recentEpisodes / 10))
        : config.recentEpisodes;
    return ids.slice(-wanted).flatMap((id) => store.get(id) ?? []);
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

  return {
    config,
    next(wanted, now, policyVersion, urgent) {
      const untrained = !reward || reward.version === 0;
      // B-Pref: the first session is uniform, whatever the strategy.
      const strategy = untrained ? 'uniform' : config.strategy;
      const perQuery =
        strategy === 'uniform' || strategy === 'near-on-policy' ? 2 : config.candidates;
      const pairs = config.kind === 'rank' ? 2 * wanted : wanted;
      const behaviour = recent();
      // Where terminations may cut segments short, short episodes are asked about as they are.
      const cut = config.endings && behaviour.some((e) => e.end === 'terminated');
      const length = cut ? steps : segmentSteps(behaviour, steps);
      const candidates = drawCandidates(
        behaviour,
        length,
        pairs * perQuery,
        random,
        returns,
        urgent,
        config.endings,
      );
      const features = [...asked.values()].slice(-200).map((a) => a.features);
      const chosen = selectQueries(candidates, pairs, { strategy }, answerTime, features);
      if (urgent) {
        const rank = ({ a, b }: Choice) =>
          urgent.has(a.episodeId) || urgent.has(b.episodeId) ? 0 : 1;
        chosen.sort((one, other) => rank(one) - rank(other));
      }
      return questions(config.kind, chosen).map(({ choice, segments }) => {
        const query: Query = {
          id: `${runId}-q${count++}`,
          runId,
          kind: config.kind,
          segments,
          strategy,
          score: choice.score,
          policyVersion,
          createdAt: now,
          expiresAt: now + 1000 * config.expirySeconds,
          expiresAfterEpisodes: config.expiryEpisodes,
        };
        for (const { episodeId } of query.segments) store.pin(episodeId);
        const ease = easeOf(choice.probabilities);
        asked.set(query.id, { query, ease, features: choice.features });
        if (asked.size > REMEMBERED) asked.delete(asked.keys().next().value!);
        return query;
      });
    },
    answered(feedback) {
      if (feedback.kind !== 'preference' || !feedback.queryId) return;
      const question = asked.get(feedback.queryId);
      if (question) answerTime.add(feedback, question.ease);
    },
    get: (id) => asked.get(id)?.query,
    save: () => ({
      count,
      answerTime: answerTime.save(),
      asked: [...asked.values()].map(({ query, ease, features }) => ({
        query,
        ease,
        features: [...features],
      })),
    }),
    load(meta) {
      count = meta.count as number;
      answerTime.load(meta.answerTime as number[]);
      asked.clear();
      for (const entry of meta.asked as { query: Query; ease: number; features: number[] }[])
        asked.set(entry.query.id, { ...entry, features: Float32Array.from(entry.features) });
    },
  };
}
