import { expect, test } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
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
