/** A learner thread asks people some questions again. */
import { afterEach, expect, it } from 'vitest';
import type { Query } from '../../../agent/contract.ts';
import { until } from '../../e2e/helpers.ts';
import { startLearner } from './learner-thread.ts';

let learner: Awaited<ReturnType<typeof startLearner>>;
afterEach(() => learner.stop());

/** Asked and answered `n` times, five at once. */
async function interview(n: number): Promise<Query[]> {
  const asked: Query[] = [];
  while (asked.length < n) {
    const before = learner.of('queries').length;
    learner.send({ type: 'queries', count: 5, held: 0 });
    await until('questions', () => learner.of('queries').length > before);
    for (const query of learner.of('queries').at(-1)!.queries) {
      const [a, b] = query.segments;
      asked.push(query);
      learner.answer({ kind: 'preference', a: a!, b: b!, choice: 'a' }, query.id);
    }
  }
  return asked;
}

it.each([
  ['a twentieth by default', {}, 0.05],
  ['as many as asked for', { queries: { repeatShare: 0.25 } }, 0.25],
])('[QRY-6] %s', async (_words, queries, share) => {
  learner = await startLearner('pebble', {
    ...queries,
    learner: { hidden: [16] },
    scheduler: { unsupervisedSteps: 0 },
    reward: { hidden: [16], minSessionSteps: 1, maxSessionSteps: 1 },
  });
  for (let i = 0; i < 6; i++) learner.tell(`e${i}`, 100);
  const asked = await interview(100);
  const repeats = asked.filter((query) => query.strategy === 'repeat');
  // None of the first: nothing had been forgotten.
  expect(repeats.length).toBeLessThanOrEqual(share * asked.length);
  expect(repeats.length).toBeGreaterThan(0.6 * share * asked.length);
});
