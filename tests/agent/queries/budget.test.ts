import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { LABEL_SCHEDULES, type QueryConfig } from '../../../agent/queries/config.ts';
import { createQuerySource } from '../../../agent/queries/queries.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticSpec } from '../synthetic.ts';

function sourceOf(options: Partial<QueryConfig>) {
  const store = createEpisodeStore({ maxSteps: 100 });
  return createQuerySource(syntheticSpec(2, 1), options, 'r', store, undefined, createRandom(1));
}

test('[QRY-7] a budget is due bit by bit, none of it at the start and all of it in the end', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LABEL_SCHEDULES),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 10, max: 1_000_000 }),
      (schedule, budget, budgetSteps) => {
        const source = sourceOf({ schedule, budget, budgetSteps });
        const due = [0, 0.25, 0.5, 0.75, 1, 3].map((part) => source.due(part * budgetSteps));
        expect(due).toEqual([...due].sort((a, b) => a - b));
        expect([due[0], due[4], due[5]]).toEqual([0, budget, budget]);
      },
    ),
  );
});

test('[QRY-7] without a budget people are asked as they answer', () => {
  expect(sourceOf({ schedule: 'decreasing' }).due(0)).toBe(Number.POSITIVE_INFINITY);
  expect(() => sourceOf({ budget: 0 })).toThrow('queries.budget: is 0, allowed 1e-9 to Infinity');
});
