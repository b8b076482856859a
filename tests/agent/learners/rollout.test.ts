/** What an on-policy round is made of. */
import { expect, it } from 'vitest';
import { SOURCE_CODE } from '../../../agent/contract.ts';
import { createRollout } from '../../../agent/learners/parts/rollout.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 2);
/** 20 steps, [5, 12) of them a person's. */
const episode = syntheticEpisode(spec, 20, createRandom(1), { id: 'e', human: [5, 12] });

it("[LEARN-34] a person's steps are no part of a round", () => {
  const rollout = createRollout(10, 3, 2, false);
  // Seventeen steps are dealt with until ten of them are the policy's.
  expect(rollout.add(episode, 0, 20)).toBe(17);
  expect(rollout.size).toBe(10);
  expect([...rollout.human]).toEqual(Array(10).fill(0));
  // The policy's stretches before and after the takeover are not one.
  expect([...rollout.next]).toEqual([1, 2, 3, 4, -1, 6, 7, 8, 9, -1]);
  expect(rollout.rewards[5]).toBe(episode.envRewards[12]);
});

it('[LEARN-34] kept for imitation, they are marked and no stretch leads over a change of hands', () => {
  const rollout = createRollout(20, 3, 2, true);
  expect(rollout.add(episode, 0, 20)).toBe(20);
  const human = Array.from({ length: 20 }, (_, t) => (t >= 5 && t < 12 ? 1 : 0));
  expect([...rollout.human]).toEqual(human);
  for (const end of [4, 11, 19]) expect(rollout.next[end]).toBe(-1);
  for (const inside of [3, 10, 18]) expect(rollout.next[inside]).toBe(inside + 1);
});

it('[CTRL-26] steps that were shared or fade are in no round, nor in what is kept for imitation', () => {
  const mixed = syntheticEpisode(spec, 20, createRandom(1), { id: 'm', human: [5, 12] });
  mixed.sources.fill(SOURCE_CODE.blend, 7, 12);
  mixed.sources.fill(SOURCE_CODE.fade, 12, 16);
  for (const [keepHuman, size] of [
    [false, 9],
    [true, 11],
  ] as const) {
    const rollout = createRollout(20, 3, 2, keepHuman);
    expect(rollout.add(mixed, 0, 20)).toBe(20);
    expect(rollout.size).toBe(size);
    expect(rollout.human.reduce((sum, mark) => sum + mark, 0)).toBe(keepHuman ? 2 : 0);
  }
});
