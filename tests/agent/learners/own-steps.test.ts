/** Whose a step is: the agent's own, a person's, or neither's once it was taken back. */
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import type { Feedback } from '../../../agent/contract.ts';
import { createDagger } from '../../../agent/learners/dagger.ts';
import { createExperience } from '../../../agent/learners/parts/experience.ts';
import { isOwn } from '../../../agent/learners/parts/human-terms.ts';
import { createTakeoverCost } from '../../../agent/learners/parts/takeover-cost.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';
import { randomBatch } from './batch.ts';

const event = {
  runId: 'r',
  teacherId: 't',
  shownAt: 0,
  answeredAt: 0,
  receivedAt: 0,
  responseMs: 0,
};
const nobody = { get: () => undefined };
const override: Feedback = {
  ...event,
  id: 'o',
  kind: 'override',
  episodeId: 'e',
  from: 10,
  to: 20,
};
const retraction: Feedback = { ...event, id: 'u', kind: 'retraction', feedbackId: 'o' };

describe('whose a step is', async () => {
  const backend = await loadBackend({ prefer: 'cpu' });

  it('[LEARN-75] a takeover’s steps are a person’s, those after the release the agent’s own again', () => {
    const spec = syntheticSpec(1, 1);
    const random = createRandom(1);
    const experience = createExperience(
      spec,
      {
        batchSize: 600,
        capacity: 100,
        learningStarts: 1,
        humanShare: 0,
        normaliseObservations: false,
        rewardSource: 'none',
        saveReplay: true,
      },
      random,
    );
    const episode = syntheticEpisode(spec, 40, random, { id: 'e', human: [10, 20] });
    for (let t = 0; t < 40; t++) episode.observations[t] = t;
    const steps = (is: (i: number) => boolean) => {
      experience.draw();
      const found = new Set<number>();
      for (let i = 0; i < 600; i++) if (is(i)) found.add(experience.batch.observations[i]!);
      return [...found].sort((a, b) => a - b);
    };
    const own = () => steps((i) => isOwn(experience.batch, i));
    const people = () => steps((i) => experience.batch.human[i] === 1);
    const range = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => from + i);
    // As they arrive: the takeover in pieces, the release in the middle of one.
    for (const [from, to] of [
      [0, 12],
      [12, 25],
      [25, 40],
    ] as const)
      experience.observe(episode, from, to);
    experience.feedback(override, nobody);
    expect(people()).toEqual(range(10, 20));
    expect(own()).toEqual([...range(0, 10), ...range(20, 40)]);
    experience.feedback(retraction, nobody);
    expect(people()).toEqual([]);
    expect(own()).toEqual([...range(0, 10), ...range(20, 40)]);
  });

  it('[LEARN-75] IWR imitates nothing of a takeover that was taken back', () => {
    const spec = syntheticSpec(2, 1);
    const random = createRandom(2);
    const config = { hidden: [8], batchSize: 32, robotShare: 0.5 };
    const dagger = createDagger(spec, config, backend, random);
    const batch = randomBatch(32, 2, 1, random);
    batch.sources.fill(1); // people acted …
    batch.human.fill(0); // … and took it back
    expect(dagger.parts.loss(batch, 0)).toBe(0);
    expect(dagger.parts.members[0]!.gradients.every((g) => g === 0)).toBe(true);
    dagger.dispose();
  });

  it('[LEARN-75] the takeover cost is learned for what the agent wanted, whoever acted', () => {
    const random = createRandom(3);
    const config = {
      observationSize: 2,
      actionSize: 1,
      hidden: [8],
      count: 2,
      layerNorm: false,
      adam: { learningRate: 1e-3 },
    };
    const cost = createTakeoverCost(backend, config, random);
    const batch = randomBatch(16, 2, 1, random);
    const y = new Float32Array(16).fill(0.5);
    const loss = () => backend.tf.tidy(() => cost.loss(batch, y));
    const before = loss();
    batch.actions.fill(0.9);
    expect(loss()).toBe(before);
    batch.policyActions.fill(0.9);
    expect(loss()).not.toBe(before);
    cost.critics.dispose();
  });
});
