import { expect, test } from 'vitest';
import { binomialTail } from '../../../agent/quality/sequential.ts';
import { type ClipMeasures, dominates, findGold, measure } from '../../../server/run/gold.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';

const CLIP: ClipMeasures = {
  segment: { episodeId: 'e', from: 0, to: 5 },
  reward: 1,
  cost: 0,
  solved: 0,
  fails: false,
};
const spec = syntheticSpec(2, 1);

test.each([
  ['more reward', { reward: 0.5 }, true],
  ['as much reward', {}, false],
  ['more reward at more cost', { reward: 0.5, cost: -1 }, false],
  ['more reward, but the other solves the task', { reward: 0.5, solved: 3 }, false],
  ['more reward, and the other crashes', { reward: 0.5, cost: 1, fails: true }, true],
])('[QUAL-9] %s', (_, other, expected) => {
  expect(dominates(CLIP, { ...CLIP, ...other })).toBe(expected);
});

test('[QUAL-9] a clip that crashes is no better, whatever its reward', () => {
  expect(dominates({ ...CLIP, fails: true }, { ...CLIP, reward: 0 })).toBe(false);
});

test('[QUAL-9] only the last clip of an episode that ended unsolved ends in failure', () => {
  const episode = syntheticEpisode(spec, 20, createRandom(1), { end: 'terminated' });
  expect(measure(episode, 10, 20).fails).toBe(true);
  expect(measure(episode, 9, 19).fails).toBe(false);
  const solved = { ...episode, successes: new Uint8Array(20).fill(1) };
  expect(measure(solved, 10, 20)).toMatchObject({ fails: false, solved: 10 });
});

test('[QUAL-9] pairs are of one length, of two episodes, one better in everything and far apart', () => {
  const random = createRandom(2);
  const episodes = [1, 0.5, -0.5, -1].map((worth, i) =>
    syntheticEpisode(spec, 30, random, { id: `e${i}`, behave: () => worth }),
  );
  for (let i = 0; i < 20; i++) {
    const { better, worse, why } = findGold(episodes, 10, random)!;
    const [good, bad] = [better, worse].map(({ episodeId, from, to }) =>
      measure(episodes.find(({ id }) => id === episodeId)!, from, to),
    ) as [ClipMeasures, ClipMeasures];
    expect(dominates(good, bad)).toBe(true);
    expect(good.reward - bad.reward).toBeGreaterThan(9);
    expect([better.to - better.from, worse.to - worse.from]).toEqual([10, 10]);
    expect(why).toMatch(/^reward .* against/);
  }
});

test('[QUAL-9] where all clips are worth the same, or episodes are too short, there is no gold', () => {
  const random = createRandom(3);
  const same = ['a', 'b'].map((id) => syntheticEpisode(spec, 30, random, { id, behave: () => 1 }));
  expect(findGold(same, 10, random)).toBeUndefined();
  expect(findGold(same, 31, random)).toBeUndefined();
  expect(findGold([], 10, random)).toBeUndefined();
});

test('[QUAL-12] a coin passes the quiz, 8 of 10, in 5.5 % of the cases', () => {
  expect(binomialTail(10, 8, 0.5)).toBeCloseTo(0.0547, 4);
  expect(binomialTail(10, 8, 0.9)).toBeCloseTo(0.9298, 4);
});
