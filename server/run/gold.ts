/**
 * Questions whose answer is known: two clips of one length, of which one is at least as good in everything that the
 * simulation measures and clearly better in reward. People who know the goal prefer it; who does not, answers at random
 * or does not look.
 */
import type { Episode, Segment } from '../../agent/contract.ts';
import { quantile } from '../../agent/evaluation/statistics.ts';
import type { Random } from '../../sim/random.ts';
import { RunError } from '../contract.ts';
import type { Assignment, StoredQuery } from '../storage/contract.ts';
import type { Gold } from '../storage/quality-contract.ts';

/** What the simulation measures over a clip. */
export interface ClipMeasures {
  readonly segment: Segment;
  /** Sum of the environment's reward. */
  readonly reward: number;
  readonly cost: number;
  /** Steps on which the task counted as solved. */
  readonly solved: number;
  /** It ends with the end of an episode that was not solved. */
  readonly fails: boolean;
}

/** Clips looked at for each gold. */
const CLIPS = 64;
/** The better is of the best quarter of these clips by reward, the worse of the worst. */
const EDGE = 0.25;

export function measure(episode: Episode, from: number, to: number): ClipMeasures {
  const { id, envRewards, costs, successes, length, end } = episode;
  const sum = (values: ArrayLike<number>) => {
    let total = 0;
    for (let t = from; t < to; t++) total += values[t]!;
    return total;
  };
  return {
    segment: { episodeId: id, from, to },
    reward: sum(envRewards),
    cost: sum(costs),
    solved: sum(successes),
    fails: end === 'terminated' && to === length && successes[length - 1] === 0,
  };
}

/** Nothing speaks for `b`. */
export function dominates(a: ClipMeasures, b: ClipMeasures): boolean {
  return (
    a.reward > b.reward &&
    a.cost <= b.cost &&
    a.solved >= b.solved &&
    Number(a.fails) <= Number(b.fails)
  );
}

/** Two clips of `steps` steps out of these episodes; undefined: there are none so far apart. */
export function findGold(
  episodes: readonly Episode[],
  steps: number,
  random: Random,
): Pick<Gold, 'better' | 'worse' | 'why'> | undefined {
  const long = episodes.filter((e) => e.end !== 'open' && e.length >= steps);
  if (long.length < 2) return undefined;
  const clips = Array.from({ length: CLIPS }, () => {
    const episode = long[random.integer(long.length)]!;
    // The last steps are tried more often: it is there that something goes wrong.
    const last = episode.length - steps;
    const from = random.next() < 0.3 ? last : random.integer(last + 1);
    return measure(episode, from, from + steps);
  });
  const rewards = clips.map(({ reward }) => reward).sort((a, b) => a - b);
  const [low, high] = [quantile(rewards, EDGE), quantile(rewards, 1 - EDGE)];
  if (!(high > low)) return undefined;
  for (const better of clips.filter(({ reward }) => reward >= high)) {
    const worse = clips.find((clip) => clip.reward <= low && dominates(better, clip));
    if (worse && worse.segment.episodeId !== better.segment.episodeId)
      return { better: better.segment, worse: worse.segment, why: whyBetter(better, worse) };
  }
  return undefined;
}

/** So many have to have chosen the same clip, and nobody another; whoever makes it gold agrees with them. */
const AGREE = 2;

/**
 * A comparison on which people agree: the way to gold where the simulation's measures are not what people judge by.
 * @param rows of the query @throws RunError where there is none, or they do not
 */
export function agreedGold(
  query: StoredQuery | undefined,
  rows: readonly Assignment[],
  queryId: string,
): Pick<Gold, 'better' | 'worse' | 'why'> {
  if (query?.kind !== 'compare' || query.segments.length !== 2)
    throw new RunError(
      'bad-message',
      `queryId: ${queryId} is no comparison that people were asked`,
    );
  const [a, b] = query.segments as [Segment, Segment];
  const said = rows.flatMap(({ state, verdict }) =>
    state === 'answered' && verdict !== null ? [verdict] : [],
  );
  const [first] = said;
  const isOneSide = (first === 'a' || first === 'b') && said.every((verdict) => verdict === first);
  if (!isOneSide || said.length < AGREE)
    throw new RunError(
      'not-allowed',
      `queryId: of those who answered ${queryId}, ${said.length}, ${AGREE} or more have to have chosen one clip and nobody another`,
    );
  const why = `${said.length} people chose it, and nobody the other`;
  return first === 'a' ? { better: a, worse: b, why } : { better: b, worse: a, why };
}

function whyBetter(better: ClipMeasures, worse: ClipMeasures): string {
  const reasons = [
    `reward ${better.reward.toFixed(2)} against ${worse.reward.toFixed(2)}`,
    ...(better.cost < worse.cost ? [`cost ${better.cost} against ${worse.cost}`] : []),
    ...(better.solved > worse.solved ? ['it solves the task'] : []),
    ...(worse.fails && !better.fails ? ['the other ends in failure'] : []),
  ];
  return reasons.join(', ');
}
