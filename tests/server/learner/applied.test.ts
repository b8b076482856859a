import { expect, it } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
import { createAppliedFeedback } from '../../../server/learner/applied.ts';

const at = (id: string, receivedAt: number) => ({ id, receivedAt }) as Feedback;

it('[E2E-4] an answer is applied once, by the first policy acting that has it, timed from its receipt', () => {
  const applied = createAppliedFeedback();
  applied.received(at('a', 100));
  applied.received(at('b', 300));
  applied.received(at('late', 400));
  applied.published(7, ['a', 'b', 'of an earlier server']);
  applied.published(9, ['late']);
  expect(applied.inUse(6, 1000)).toEqual([]);
  // Version 7 was skipped; 8 has what it had.
  const first = { feedbackIds: ['a', 'b'], policyVersion: 8, latencyMs: 700 };
  expect(applied.inUse(8, 1000)).toEqual([first]);
  expect(applied.inUse(8, 1100)).toEqual([]);
  const second = { feedbackIds: ['late'], policyVersion: 9, latencyMs: 800 };
  expect(applied.inUse(9, 1200)).toEqual([second]);
});
