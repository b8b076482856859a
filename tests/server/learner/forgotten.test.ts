/** A learner thread that is told something about an episode which it has forgotten. */
import { expect, it } from 'vitest';
import { sliceEpisode } from '../../../agent/episode/chunks.ts';
import { until } from '../../e2e/helpers.ts';
import { startLearner } from './learner-thread.ts';

it('[SRV-94] an answer about an episode that was forgotten waits for it, and teaches', async () => {
  const learner = await startLearner('pebble', {
    learner: { hidden: [16] },
    scheduler: { unsupervisedSteps: 0, updatesPerStep: 0.001 },
    reward: { hidden: [16], minSessionSteps: 1, maxSessionSteps: 1 },
  });
  const old = learner.tell('old', 100);
  const lost = learner.tell('lost', 100);
  for (let i = 0; i < 4; i++) learner.tell(`flood${i}`, 30_000); // more steps than are kept
  learner.answer({
    kind: 'preference',
    a: { episodeId: old.id, from: 0, to: 20 },
    b: { episodeId: old.id, from: 40, to: 60 },
    choice: 'a',
  });
  learner.answer({ kind: 'reward', episodeId: lost.id, step: 1, value: 1 });
  await until('the questions after them', () => learner.of('forgotten').length === 2);
  expect(learner.of('forgotten').map((e) => e.episodeIds)).toEqual([['old'], ['lost']]);
  const labels = () => learner.of('progress').at(-1)?.counts.labels ?? 0;
  await learner.quiet();
  expect(labels()).toBe(0);
  learner.send({ type: 'recall', chunk: sliceEpisode(old, 0, old.length) });
  await until('the answer', () => labels() === 1);
  learner.send({ type: 'missing', episodeId: lost.id });
  await until('the reward, about nothing', () => labels() === 2);
  const steps = learner.of('progress').at(-1)!.counts.environmentSteps;
  expect(steps).toBe(120_200); // what is recalled counts once
  await learner.stop();
});
