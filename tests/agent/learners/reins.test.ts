/** Two candidates, and who of them drives. */
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../agent/acting/policy.ts';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, Feedback, PolicySnapshot } from '../../../agent/contract.ts';
import { createContest } from '../../../agent/learners/parts/contest.ts';
import { mix, stepShare } from '../../../agent/learners/parts/imitators.ts';
import { createReins, type ReinsConfig } from '../../../agent/learners/reins.ts';
import { createSac } from '../../../agent/learners/sac.ts';
import { createRandom } from '../../../sim/random.ts';
import { learnerContract } from '../../contracts/learner.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';
import { expectGradient } from './gradient-check.ts';
import { finalDistance, play, pointSpec } from './play.ts';

const small = {
  hidden: [16, 16],
  batchSize: 32,
  learningStarts: 50,
  actors: 2,
  normaliseObservations: true,
};

for (const driver of ['evidence', 'imitators'] as const)
  learnerContract(
    `reins, driver ${driver}`,
    (spec, backend, random) => createReins(spec, { ...small, driver }, backend, random),
    ['wasm', 'cpu', 'onnx'],
  );

const reward: Feedback = {
  id: 'reward',
  kind: 'reward',
  runId: 'run',
  teacherId: 'anna',
  shownAt: 0,
  answeredAt: 0,
  receivedAt: 0,
  responseMs: 0,
  episodeId: 'none',
  step: 3,
  value: 1,
};
const nobody = { get: () => undefined };

describe('reins', async () => {
  const backend = await loadBackend({ prefer: 'wasm' });
  const spec = syntheticSpec(4, 2);
  const make = (change: Partial<ReinsConfig> = {}, seed = 3) =>
    createReins(spec, { ...small, ...change }, backend, createRandom(seed));

  it('[LEARN-96] imitators’ gradients match finite differences', () => {
    const random = createRandom(3);
    const reins = make();
    const { imitators } = reins.parts;
    const batch = randomBatch(32, 4, 2, random);
    const loss = () => imitators.parts.loss(batch, 1);
    expectGradient(imitators.parts.members[1]!, loss, loss, random);
    reins.dispose();
  });

  it('[LEARN-96] without steps of people it learns what soft actor-critic learns, bit for bit', () => {
    const reins = make();
    const sac = createSac(spec, small, backend, createRandom(3));
    const episode = syntheticEpisode(spec, 200, createRandom(5));
    for (const learner of [reins, sac]) {
      learner.observe(episode, 0, 200);
      for (let i = 0; i < 5; i++) learner.update();
    }
    expect(reins.driver).toBe('actors');
    expect(reins.snapshot(1)).toEqual(sac.snapshot(1));
    reins.dispose();
    sac.dispose();
  });

  it('[LEARN-96] once people drove, imitators drive without noise, and reach what was shown', () => {
    const random = createRandom(6);
    const reins = createReins(
      pointSpec(),
      { ...small, hidden: [32, 32], rewardSource: 'none', bcWeight: 1, imitatorLearningRate: 3e-3 },
      backend,
      random,
    );
    expect(reins.driver).toBe('actors');
    const before = finalDistance(reins);
    for (let seed = 0; seed < 8; seed++) {
      const expertActs = (_: number, distance: number) => seed < 2 || distance > 0.4;
      const episode = play(reins.snapshot(seed), seed, random, { expertActs });
      reins.observe(episode, 0, episode.length);
      for (let i = 0; i < 60; i++) reins.update();
    }
    expect(reins.driver).toBe('imitators');
    expect(reins.snapshot(1).logStd).toBe('deterministic');
    expect(before).toBeGreaterThan(0.8);
    expect(finalDistance(reins)).toBeLessThan(0.3);
    reins.dispose();
  });

  it('[LEARN-97] who predicts people worse on new steps does not drive', () => {
    const contest = createContest(spec);
    const constant = (action: number): PolicySnapshot => ({
      version: 0,
      layers: [
        {
          inputs: 4,
          outputs: 2,
          activation: 'linear',
          weights: new Float32Array(8),
          bias: new Float32Array(2).fill(action),
        },
      ],
      logStd: 'deterministic',
      squash: 'none',
      actionSpace: spec.actionSpace,
    });
    const shown = (action: number): Episode =>
      syntheticEpisode(spec, 100, createRandom(1), {
        human: [40, 60],
        behave: (_, a) => {
          a.fill(action);
          return 0;
        },
      });
    const both = { low: () => constant(-1), high: () => constant(2) };
    contest.judge(shown(-1), 0, 40, both); // nobody acted in there
    expect(contest.ahead('low', 'high')).toBeUndefined();
    contest.judge(shown(-1), 0, 100, both);
    expect(contest.ahead('low', 'high')).toBe('low');
    // 3 of a range of 5 is 1.2 in [−1, 1].
    expect(contest.save().high).toBeCloseTo(1.44, 5);
    const restored = createContest(spec);
    restored.load(contest.save());
    // What was seen last counts more: after 30 times as many steps the other way the verdict has turned.
    for (let i = 0; i < 30; i++) restored.judge(shown(2), 0, 100, both);
    expect(restored.ahead('low', 'high')).toBe('high');
    expect(contest.ahead('low', 'high')).toBe('low');
  });

  it('[LEARN-97] the verdict comes from steps that neither has learned from', () => {
    const reins = make();
    const episode = syntheticEpisode(spec, 200, createRandom(5), { human: [0, 100] });
    reins.feedback(reward, nobody);
    reins.observe(episode, 0, 100); // people’s first steps: there was nothing to compare yet
    expect(reins.save().meta.contest).toEqual({});
    expect(reins.driver).toBe('actors'); // it was judged before it was shown anything
    for (let i = 0; i < 5; i++) reins.update();
    const wanted = [0, 1].map(() => new Float32Array(2));
    const { sac, imitators: shown } = reins.parts;
    const actors0 = sac.snapshot(0);
    const imitators0: PolicySnapshot = {
      ...actors0,
      layers: shown.layers(),
      logStd: 'deterministic',
    };
    const policies = [imitators0, actors0].map((s) => createPolicy(s, createRandom(0)));
    const next = syntheticEpisode(spec, 10, createRandom(7), { human: [0, 10] });
    const distances = policies.map((policy, p) => {
      let sum = 0;
      for (let t = 0; t < 10; t++) {
        policy.act(next.observations.subarray(t * 4, (t + 1) * 4), wanted[p]!, 'mean');
        for (let j = 0; j < 2; j++)
          sum += ((wanted[p]![j]! - next.actions[t * 2 + j]!) / 2.5) ** 2 / 20;
      }
      return sum;
    });
    reins.observe(next, 0, 10);
    const { imitators, actors } = reins.save().meta.contest as Record<string, number>;
    expect(imitators).toBeCloseTo(distances[0]!, 4);
    expect(actors).toBeCloseTo(distances[1]!, 4);
    expect(reins.driver).toBe(imitators! > actors! ? 'actors' : 'imitators');
    reins.dispose();
  });

  it('[LEARN-99] the step size is whole for two updates per step of people, and falls to a fifth', () => {
    expect([1, 100, 200].map((updates) => stepShare(updates, 100))).toEqual([1, 1, 1]);
    expect(stepShare(400, 100)).toBe(0.5);
    expect(stepShare(400, 200)).toBe(1); // people went on
    expect([1000, 1e6].map((updates) => stepShare(updates, 100))).toEqual([0.2, 0.2]);
  });

  it('[LEARN-99] a late update moves the weights by a fifth of what an early one does; a checkpoint without a count is early', () => {
    const first = make({ driver: 'imitators' });
    first.observe(syntheticEpisode(spec, 40, createRandom(5), { human: [0, 40] }), 0, 40);
    first.update();
    const saved = first.save();
    const movedAfter = (updates: number | undefined) => {
      const { 'imitators/updates': _count, ...arrays } = saved.arrays;
      const counted =
        updates === undefined ? {} : { 'imitators/updates': Float32Array.of(updates) };
      const reins = make({ driver: 'imitators' });
      reins.load({ ...saved, arrays: { ...arrays, ...counted } });
      const { members } = reins.parts.imitators.parts;
      const before = members.map(({ parameters }) => parameters.slice());
      reins.update();
      const moves = members.flatMap(({ parameters }, m) =>
        [...parameters].map((x, i) => Math.abs(x - before[m]![i]!)),
      );
      reins.dispose();
      return Math.max(...moves);
    };
    const early = movedAfter(1);
    expect(early).toBeGreaterThan(0);
    expect(movedAfter(10_000) / early).toBeCloseTo(0.2, 3);
    expect(movedAfter(undefined)).toBe(early);
    first.dispose();
  });

  it('[LEARN-97] until somebody judges, people’s driving teaches imitators alone; what is known of judging is kept', () => {
    const reins = make({ rewardSource: 'model' });
    const { sac, imitators } = reins.parts;
    reins.observe(syntheticEpisode(spec, 200, createRandom(5), { human: [0, 100] }), 0, 200);
    const weights = () =>
      [sac.parts.actor, imitators.parts.members[0]!].map((net) => [...net.parameters]);
    const [actor, imitator] = weights();
    expect(Object.keys(reins.update()!)).toEqual(['loss/imitation', 'policy/imitates']);
    expect(weights()[0]).toEqual(actor);
    expect(weights()[1]).not.toEqual(imitator);
    const override = { ...reward, kind: 'override', from: 0, to: 100 } as const;
    reins.feedback({ ...override, id: 'override' }, nobody);
    expect(reins.update()).not.toHaveProperty('loss/actor');
    reins.feedback(reward, nobody);
    expect(reins.driver).toBe('imitators'); // until there is evidence
    expect(reins.update()).toHaveProperty('loss/actor');
    expect(weights()[0]).not.toEqual(actor);
    const restored = make({}, 9);
    restored.load(reins.save());
    expect(restored.update()).toHaveProperty('loss/actor');
    for (const learner of [reins, restored]) learner.dispose();
  });

  it('[LEARN-98] mixtures keep what a pair of steps adds up to, observation and action by the same share', () => {
    const random = createRandom(2);
    const batch = randomBatch(8, 1, 1, random);
    batch.imitationTargets.set(batch.observations); // an action that is the observation stays so
    const before = [...batch.observations];
    mix(batch, 1, 1, random);
    for (let i = 0; i < 8; i += 2)
      expect(batch.observations[i]! + batch.observations[i + 1]!).toBeCloseTo(
        before[i]! + before[i + 1]!,
        5,
      );
    expect([...batch.imitationTargets]).toEqual([...batch.observations]);
    expect([...batch.observations]).not.toEqual(before);
  });

  it('[LEARN-14] a checkpoint of soft actor-critic is gone on from: its actors drive until imitators prove better', () => {
    const sac = createSac(spec, small, backend, createRandom(3));
    sac.observe(syntheticEpisode(spec, 200, createRandom(5), { human: [0, 100] }), 0, 200);
    for (let i = 0; i < 3; i++) sac.update();
    const reins = make({ rewardSource: 'model' }, 9);
    reins.load(sac.save());
    expect(reins.parts.sac.snapshot(0)).toEqual(sac.snapshot(0));
    expect(reins.update()).toMatchObject({ 'policy/imitates': 0 });
    sac.dispose();
    reins.dispose();
  });
});
