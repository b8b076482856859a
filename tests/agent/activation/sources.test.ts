/** What leaves are read from: the published reward model, and what was seen. */
import { describe, expect, it } from 'vitest';
import { createFamiliarSample, noveltyOf } from '../../../agent/activation/familiar.ts';
import { createRewardSense } from '../../../agent/activation/reward-sense.ts';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import { checkpointOf } from '../../../agent/learners/parts/checkpoint.ts';
import type { Trainer } from '../../../agent/trainer/contract.ts';
import { createTrainer } from '../../../agent/trainer/trainer.ts';
import { createRandom } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const D = 6;

/** Steps of a standard normal, `shift` away. */
function seen(steps: number, seed: number, shift = 0): Episode {
  const random = createRandom(seed);
  const observations = Float32Array.from({ length: steps * D }, () => random.normal() + shift);
  return { observations } as Episode;
}

function sampleOf(steps: number) {
  const sample = createFamiliarSample(D, createRandom(1));
  sample.observe(seen(steps, 2), 0, steps);
  return sample;
}

describe('[CTRL-34] novelty', () => {
  it('of what is like the rest is spread over its percentiles, and of what lies apart above all of them', () => {
    const familiar = sampleOf(3000).snapshot()!;
    const noveltiesOf = ({ observations }: Episode) =>
      Array.from({ length: 500 }, (_, t) =>
        noveltyOf(familiar, observations.subarray(t * D, (t + 1) * D)),
      );
    const alike = noveltiesOf(seen(500, 3));
    for (const percentile of [50, 90, 99]) {
      const share = alike.filter((novelty) => novelty >= percentile).length / alike.length;
      // Three binomial deviations of 500 draws, and what 256 sampled states leave open.
      const slack = 3 * Math.sqrt((percentile * (100 - percentile)) / 1e4 / 500) + 0.06;
      expect(Math.abs(share - (1 - percentile / 100))).toBeLessThan(slack);
    }
    expect(Math.min(...noveltiesOf(seen(500, 4, 6)))).toBe(100);
  });

  it('is not known before 64 steps, and goes on from a checkpoint', () => {
    expect(sampleOf(63).snapshot()).toBeUndefined();
    const sample = sampleOf(700);
    const again = createFamiliarSample(D, createRandom(9));
    checkpointOf(again.states).load(structuredClone(checkpointOf(sample.states).save()));
    for (const each of [sample, again]) each.observe(seen(600, 5), 0, 600);
    expect(again.snapshot()).toEqual(sample.snapshot());
  });
});

const NOVEL = { activation: { call: { novelty: 99 } } };
const JUMP = { activation: { wait: { or: [{ rewardJump: 1 }, { disagreement: 1 }] } } };

const trainerOf = (preset: string, overrides: Record<string, unknown>): Promise<Trainer> =>
  createTrainer({
    ...{ preset, spec: pointSpec(), seed: 3, runId: 'r', deterministic: true },
    overrides: { learner: { hidden: [16], batchSize: 16 }, ...overrides },
  });

const episodes = recordPointEpisodes(12, 3);

/** Whoever ends nearer to the origin is better. */
function teach(trainer: Trainer): void {
  for (const episode of episodes) trainer.observe(episode, 0, episode.length);
  for (let i = 0; i + 1 < episodes.length; i++) {
    const [a, b] = [episodes[i]!, episodes[i + 1]!].map(({ id: episodeId, length }) => ({
      ...{ episodeId, from: length - 10, to: length },
    }));
    const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
    const said = { ...base, responseMs: 0, id: `f${i}`, kind: 'preference', a, b };
    trainer.feedback({ ...said, choice: i % 2 ? 'a' : 'b' } as Feedback);
  }
  for (let n = 0; n < 2000 && !trainer.rewardModel(); n++) trainer.update();
}

describe('[CTRL-34] a trainer publishes', () => {
  it('the rules, and what they read: a reward beside the policy is the one that is learned', async () => {
    const trainer = await trainerOf('pebble', {
      ...JUMP,
      scheduler: { unsupervisedSteps: 0, rewardEveryLabels: 1 },
    });
    expect(trainer.activation().reward).toBeUndefined(); // none is learned yet
    teach(trainer);
    const { rules, reward, familiar } = structuredClone(trainer.activation());
    expect(rules.wait).toEqual(JUMP.activation.wait);
    expect(familiar).toBeUndefined(); // no rule reads it
    const sense = createRewardSense(reward!);
    const { observations, actions } = episodes[0]!;
    const n = 20;
    const learned = new Float32Array(n);
    trainer.rewardModel()!.predict(observations, actions, n, learned);
    const sensed = Array.from({ length: n }, (_, t) => {
      sense.look(observations.subarray(2 * t, 2 * t + 2), actions.subarray(2 * t, 2 * t + 2));
      expect(sense.deviation).toBeGreaterThanOrEqual(0);
      return sense.mean;
    });
    expect(new Set(sensed).size).toBeGreaterThan(1);
    for (const [t, mean] of sensed.entries()) expect(mean).toBeCloseTo(learned[t]!, 3);
    trainer.dispose();
  });

  it('what was seen, without a reward model too, and goes on with it from a checkpoint', async () => {
    const trainer = await trainerOf('bc', NOVEL);
    for (const episode of episodes) trainer.observe(episode, 0, episode.length);
    const { familiar } = trainer.activation();
    expect(familiar!.distances.length).toBeGreaterThan(63);
    const other = await trainerOf('bc', NOVEL);
    other.load(structuredClone(trainer.save()));
    expect(other.activation().familiar).toEqual(familiar);
    for (const one of [trainer, other]) one.dispose();
  });

  it('nothing that its preset does not learn: such a rule is refused', async () => {
    await expect(trainerOf('bc', JUMP)).rejects.toThrow(
      'activation: has disagreement, which is of a reward model; preset bc has none',
    );
  });
});
