/** Pairs to practise on: the environment itself says which segment is better. Their answers are not feedback. */
import type { Episode, Segment } from '../../agent/contract.ts';
import { isReplayable } from '../../agent/episode/replay.ts';

export interface PracticePair {
  readonly a: Segment;
  readonly b: Segment;
  readonly better: 'a' | 'b';
}

interface Scored {
  readonly segment: Segment;
  /** Sum of the environment's reward. */
  readonly reward: number;
}

/** On which side the better one is, pair after pair: not to be guessed by the second. */
const SIDES = ['b', 'a', 'a', 'b'] as const;
/** Share of the whole spread of rewards by which a pair has to differ: everybody should see it. */
const CLEAR = 0.5;

/** Up to `count` pairs of `steps` steps, the clearest first; none where the environment hardly tells segments apart. */
export function practicePairs(
  episodes: readonly Episode[],
  steps: number,
  count: number,
): PracticePair[] {
  const scored = episodes.flatMap((episode) => segmentsOf(episode, steps));
  scored.sort((one, other) => other.reward - one.reward);
  const [best, worst] = [scored[0], scored.at(-1)];
  if (!best || !worst || best.reward <= worst.reward) return [];
  const least = CLEAR * (best.reward - worst.reward);
  const good = oneOfEach(scored, count);
  const bad = oneOfEach(scored.toReversed(), count);
  return good.flatMap((high, i) => {
    const low = bad[i];
    if (!low || high.reward - low.reward < least) return [];
    const better = SIDES[i % SIDES.length]!;
    const [a, b] = better === 'a' ? [high.segment, low.segment] : [low.segment, high.segment];
    return [{ a, b, better }];
  });
}

/** Those of an episode that begin every half of their length, and the last of it. */
function segmentsOf(episode: Episode, steps: number): Scored[] {
  const { id, length, end, poses, envRewards } = episode;
  const canBeShown = poses.length > 0 || isReplayable(episode);
  if (end === 'open' || !canBeShown || length < steps) return [];
  const starts = new Set([length - steps]);
  for (let from = 0; from + steps <= length; from += Math.ceil(steps / 2)) starts.add(from);
  return [...starts].map((from) => {
    const to = from + steps;
    const reward = envRewards.subarray(from, to).reduce((sum, r) => sum + r, 0);
    return { segment: { episodeId: id, from, to }, reward };
  });
}

/** The first of each episode, `count` at most. */
function oneOfEach(scored: readonly Scored[], count: number): Scored[] {
  const first = new Map<string, Scored>();
  for (const each of scored)
    if (!first.has(each.segment.episodeId)) first.set(each.segment.episodeId, each);
  return [...first.values()].slice(0, count);
}
