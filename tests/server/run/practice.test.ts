import { expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { practicePairs } from '../../../server/run/practice.ts';
import { recordEpisode } from './episode.ts';

/** Ten steps, the same reward on each. */
const of = (id: string, reward: number): Episode => ({
  ...recordEpisode(id, 10),
  envRewards: new Float32Array(10).fill(reward),
});
const better = ({ a, b, better: side }: ReturnType<typeof practicePairs>[number]) =>
  (side === 'a' ? a : b).episodeId;

it('[UI-54] practice pairs are those that the environment tells apart most, from different episodes', () => {
  const episodes = [
    of('good', 1),
    of('fair', 0.9),
    of('plain', 0),
    of('bad', -1),
    of('poor', -0.8),
  ];
  const pairs = practicePairs(episodes, 4, 2);
  expect(pairs.map(better)).toEqual(['good', 'fair']);
  expect(pairs.map(({ a, b }) => [a.episodeId, b.episodeId].sort())).toEqual([
    ['bad', 'good'],
    ['fair', 'poor'],
  ]);
  for (const { a, b } of pairs) expect([a.to - a.from, b.to - b.from]).toEqual([4, 4]);
  expect(new Set(pairs.map((pair) => pair.better)).size).toBe(2);
});

it('[UI-54] nothing is practised on where nothing differs, is shown, or is over', () => {
  expect(practicePairs([], 4, 3)).toEqual([]);
  expect(practicePairs([of('a', 1), of('b', 1)], 4, 3)).toEqual([]);
  const unseen = { ...of('unseen', 5), poses: new Float32Array(0) };
  const open = { ...of('open', 5), end: 'open' as const };
  const short = of('short', 9);
  expect(practicePairs([unseen, open, of('b', 1)], 4, 3)).toEqual([]);
  expect(practicePairs([short, of('b', 1)], 11, 3)).toEqual([]);
  // The best and worst of one episode are a pair too.
  const turning = of('turning', 0);
  turning.envRewards.fill(1, 0, 4);
  expect(practicePairs([turning], 4, 3)).toHaveLength(1);
});
