import { expect, test } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
import { KNOWN_EPISODES } from '../../../server/learner/messages.ts';
import { createWaitingFeedback } from '../../../server/learner/waiting-feedback.ts';

const base = {
  runId: 'r',
  teacherId: 't',
  shownAt: 0,
  answeredAt: 0,
  receivedAt: 0,
  responseMs: 0,
};
const press = (id: string, step: number): Feedback => ({
  ...base,
  id,
  kind: 'reward',
  episodeId: 'live',
  step,
  value: 1,
});

function setUp() {
  const delivered: string[] = [];
  const waiting = createWaitingFeedback((feedback) => delivered.push(feedback.id));
  return { delivered, waiting };
}

test('[SRV-90] a key pressed before its steps arrived reaches the trainer with them', () => {
  const { delivered, waiting } = setUp();
  waiting.known('live', 10, false);
  waiting.add(1, press('early', 17));
  waiting.add(2, press('late', 9));
  expect(delivered).toEqual(['late']);
  waiting.known('other', 500, true);
  expect(delivered).toEqual(['late']);
  waiting.known('live', 20, false);
  expect(delivered).toEqual(['late', 'early']);
});

test('[SRV-90] also when nothing of the episode is known yet, and when it ends before', () => {
  const { delivered, waiting } = setUp();
  waiting.add(1, press('first', 3));
  waiting.add(2, { ...base, id: 'takeover', kind: 'override', episodeId: 'live', from: 2, to: 90 });
  waiting.known('live', 10, false);
  expect(delivered).toEqual(['first']);
  waiting.known('live', 40, true);
  expect(delivered).toEqual(['first', 'takeover']);
});

test('[SRV-90] a checkpoint claims only what was delivered', () => {
  const { waiting } = setUp();
  waiting.known('live', 10, false);
  waiting.add(7, press('a', 5));
  waiting.add(8, press('b', 15));
  waiting.add(9, press('c', 6));
  expect(waiting.deliveredUpTo).toBe(7);
  waiting.known('live', 20, false);
  expect(waiting.deliveredUpTo).toBe(9);
});

test('[SRV-90] steps that never come do not keep feedback for ever', () => {
  const { delivered, waiting } = setUp();
  waiting.add(1, press('lost', 5));
  for (let i = 0; i < 400; i++) waiting.known(`rollout-${i}`, 10, true);
  expect(delivered).toEqual(['lost']);
});

const segment = (episodeId: string, to: number) => ({ episodeId, from: 0, to });
const rating = (id: string, episodeId: string, to: number): Feedback => ({
  ...base,
  id,
  kind: 'rating',
  segment: segment(episodeId, to),
  score: 1,
  scale: 5,
});

test('[SRV-90] every kind waits, for all that it names', () => {
  const { delivered, waiting } = setUp();
  waiting.add(1, rating('rating', 'live', 17));
  waiting.add(2, {
    ...base,
    id: 'takeover',
    kind: 'override',
    episodeId: 'live',
    from: 2,
    to: 9,
    counterfactual: segment('branch', 20),
    predictions: [segment('paths', 30)],
  });
  waiting.known('live', 10, false);
  waiting.known('branch', 20, true);
  expect(delivered).toEqual([]);
  waiting.known('paths', 30, true);
  expect(delivered).toEqual(['takeover']);
  waiting.known('live', 17, false);
  expect(delivered).toEqual(['takeover', 'rating']);
});

test('[SRV-90] an episode that does not exist is not waited for', () => {
  const { delivered, waiting } = setUp();
  waiting.known('gone', 0, true);
  waiting.add(1, rating('lost', 'gone', 17));
  expect(delivered).toEqual(['lost']);
});

test('[SRV-90] a retraction does not overtake what it takes back', () => {
  const { delivered, waiting } = setUp();
  waiting.add(1, press('early', 17));
  waiting.add(2, { ...base, id: 'undo', kind: 'retraction', feedbackId: 'early' });
  waiting.add(3, { ...base, id: 'other', kind: 'retraction', feedbackId: 'long-ago' });
  expect(delivered).toEqual(['other']);
  waiting.known('live', 20, false);
  expect(delivered).toEqual(['other', 'early', 'undo']);
  expect(waiting.deliveredUpTo).toBe(3);
});

test('[SRV-90] a long live episode is not forgotten behind rollouts, nor is any that the server takes for known', () => {
  const { delivered, waiting } = setUp();
  const rollouts = (name: string, n: number) => {
    for (let i = 0; i < n; i++) waiting.known(`${name}-${i}`, 10, true);
  };
  waiting.known('ended', 50, true);
  waiting.known('live', 10, false);
  rollouts('a', KNOWN_EPISODES / 2);
  waiting.known('live', 20, false);
  rollouts('b', KNOWN_EPISODES / 2);
  waiting.add(1, press('now', 19));
  waiting.add(2, rating('late', 'ended', 50));
  expect(delivered).toEqual(['now', 'late']);
});
