import { describe, expect, it } from 'vitest';
import {
  createExperience,
  type ExperienceConfig,
} from '../../../agent/learners/parts/experience.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const config: ExperienceConfig = {
  batchSize: 400,
  capacity: 1000,
  learningStarts: 1,
  humanShare: 0,
  normaliseObservations: false,
  rewardSource: 'none',
  saveReplay: true,
};

describe('experience', () => {
  it.each([
    [0.5, 0.1, 5],
    [0.5, 0.05, 10],
    [0.5, 0.02, 25],
    [0.25, 0.1, 3],
    [0, 0.1, 0],
  ])(
    '[LEARN-86] %d s before a takeover, at %d s a step, are %d steps with a target',
    (reactionSeconds, controlDt, steps) => {
      const spec = { ...syntheticSpec(1, 1), controlDt };
      const random = createRandom(1);
      const experience = createExperience(spec, { ...config, reactionSeconds }, random);
      const episode = syntheticEpisode(spec, 60, random, { id: 'e', human: [40, 50] });
      for (let t = 0; t < 60; t++) episode.observations[t] = t;
      experience.observe(episode, 0, 60);
      experience.draw();
      const { batch } = experience;
      const withTarget = new Set<number>();
      for (let i = 0; i < batch.size; i++)
        if (batch.hasImitationTarget[i] === 1) withTarget.add(batch.observations[i]!);
      const expected = Array.from({ length: steps + 10 }, (_, i) => 40 - steps + i);
      expect([...withTarget].sort((a, b) => a - b)).toEqual(expected);
    },
  );
});
