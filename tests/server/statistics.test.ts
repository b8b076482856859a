import { expect, it } from 'vitest';
import { createStatistics } from '../../server/statistics.ts';

it('[CTRL-11] clipped actions of people are in the metrics, as a total', () => {
  const statistics = createStatistics();
  const value = () =>
    statistics.values(1000, { environmentSteps: 1, learnerUpdates: 1 })['human/clipped-actions'];
  expect(value()).toBe(0);
  statistics.clipped();
  statistics.clipped();
  expect(value()).toBe(2);
});
