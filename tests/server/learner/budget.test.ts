/** A learner thread spreads a budget of answers over the run. */
import { afterEach, expect, it } from 'vitest';
import type { Query } from '../../../agent/contract.ts';
import { until } from '../../e2e/helpers.ts';
import { startLearner } from './learner-thread.ts';

let learner: Awaited<ReturnType<typeof startLearner>>;
afterEach(() => learner.stop());

async function ask(held: number): Promise<readonly Query[]> {
  const before = learner.of('queries').length;
  learner.send({ type: 'queries', count: 50, held });
  await until('questions', () => learner.of('queries').length > before);
  return learner.of('queries').at(-1)!.queries;
}

it('[QRY-7] as many questions as the schedule says, less those answered or still waiting', async () => {
  learner = await startLearner('pebble', {
    learner: { hidden: [16] },
    scheduler: { unsupervisedSteps: 0 },
    reward: { hidden: [16] },
    queries: { schedule: 'decreasing', budget: 20, budgetSteps: 1000, repeatShare: 0 },
  });
  expect(await ask(0)).toEqual([]);
  learner.tell('a', 500);
  // Half of the steps, three quarters of the budget.
  const first = await ask(0);
  expect(first).toHaveLength(15);
  expect(await ask(10)).toHaveLength(5);
  expect(await ask(15)).toEqual([]);
  for (const { id, segments } of first.slice(0, 10))
    learner.answer({ kind: 'preference', a: segments[0]!, b: segments[1]!, choice: 'a' }, id);
  expect(await ask(5)).toEqual([]);
  learner.tell('b', 700);
  expect(await ask(5)).toHaveLength(5);
});
