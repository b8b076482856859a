import { expect, it } from 'vitest';
import { createStatistics, forHistory } from '../../../server/run/statistics.ts';

it('[CTRL-11] clipped actions of people are in the metrics, as a total', () => {
  const statistics = createStatistics();
  const value = () =>
    statistics.values(1000, { environmentSteps: 1, learnerUpdates: 1 })['human/clipped-actions'];
  expect(value()).toBe(0);
  statistics.clipped();
  statistics.clipped();
  expect(value()).toBe(2);
});

it('[UI-21] the history has the report without the bins of its diagram', () => {
  const values = { 'reward/ece': 0.1, 'reward/reliability/0/count': 3 };
  const point = { time: 1, environmentSteps: 2, learnerUpdates: 3, values };
  expect(forHistory(point)).toEqual({ ...point, values: { 'reward/ece': 0.1 } });
});
