/** What rules read of a step: the same whenever it is asked, and a larger sample has the smaller one in it. */
import { describe, expect, it } from 'vitest';
import { activationDefaults } from '../../../agent/activation/config.ts';
import type { RewardSnapshot, Rule } from '../../../agent/activation/contract.ts';
import { type Ahead, Senses } from '../../../server/actors/senses.ts';

const ahead = (episodeId: string, step: number, x = 0): Ahead => ({
  ...{ episodeId, step, observation: Float32Array.of(x, 0), policyAction: new Float32Array(2) },
  ...{ risk: Number.NaN, margin: Number.NaN, gate: Number.NaN },
});

const withRule = (call: Rule, seed = 7, reward?: RewardSnapshot) => {
  const senses = new Senses(seed);
  senses.set({ rules: { ...activationDefaults, call }, ...(reward ? { reward } : {}) });
  return senses;
};

function fired(call: Rule, seed = 7): Set<string> {
  const senses = withRule(call, seed);
  const found = new Set<string>();
  for (let e = 0; e < 20; e++) {
    for (let step = 0; step < 250; step++) {
      senses.look(ahead(`e${e}`, step));
      if (senses.isMet('call')) found.add(`e${e}/${step}`);
    }
  }
  return found;
}

describe('[CTRL-36] sampling', () => {
  it('chooses about that share of steps, the same ones again, others by another seed', () => {
    const [one, again, other] = [
      fired({ sampleSteps: 5 }),
      fired({ sampleSteps: 5 }),
      fired({ sampleSteps: 5 }, 8),
    ];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    // 5 % of 5,000, and four binomial deviations.
    expect(Math.abs(one.size - 250)).toBeLessThan(4 * Math.sqrt(5000 * 0.05 * 0.95));
  });

  it('of more has what less has', () => {
    const [less, more] = [fired({ sampleSteps: 1 }), fired({ sampleSteps: 2 })];
    expect([...less].filter((step) => !more.has(step))).toEqual([]);
    expect(more.size).toBeGreaterThan(less.size);
  });

  it('of episodes takes whole ones', () => {
    const steps = [...fired({ sampleEpisodes: 30 })];
    const episodes = new Set(steps.map((step) => step.split('/')[0]));
    expect(episodes.size).toBeGreaterThan(0);
    expect(episodes.size).toBeLessThan(20);
    expect(steps.length).toBe(250 * episodes.size);
  });
});

describe('[CTRL-34] reward', () => {
  /** Members read x, times 1 and times 3. */
  const reward: RewardSnapshot = {
    version: 1,
    scale: { mean: new Float32Array(4), inverse: new Float32Array(4).fill(1), squared: 0 },
    members: [1, 3].map((slope) => ({
      ...{ zero: 0, inverseStd: 1 },
      layers: [
        {
          ...{ inputs: 4, outputs: 1, activation: 'linear' as const },
          ...{ weights: Float32Array.of(slope, 0, 0, 0), bias: new Float32Array(1) },
        },
      ],
    })),
    actionSpace: { low: Float32Array.of(-1, -1), high: Float32Array.of(1, 1), size: 2 },
  };
  const senses = withRule({ or: [{ rewardJump: 1 }, { disagreement: 1 }] }, 7, reward);
  const at = (episodeId: string, step: number, x: number) => {
    senses.look(ahead(episodeId, step, x));
    senses.isMet('call');
    return senses.conditions('call').map(({ value }) => value);
  };

  it('jumps from step to step of an episode, and its members disagree', () => {
    expect(at('e1', 0, 0.5)).toEqual([null, 0.5]);
    expect(at('e1', 1, 1)).toEqual([1, 1]);
    expect(at('e1', 1, 2)).toEqual([null, 2]); // it waits there: nothing was before
    expect(at('e1', 2, 0)).toEqual([2, 0]);
    expect(at('e2', 3, 1)).toEqual([null, 1]);
    expect(at('e2', 5, 1)).toEqual([null, 1]); // a step is missing
  });

  it('is not known without a model', () => {
    const none = withRule({ disagreement: 0 });
    none.look(ahead('e1', 0));
    expect(none.isMet('call')).toBe(false);
  });
});
