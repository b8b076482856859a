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

it('[UI-104] steps between takeovers are the agent’s, over the last ten takeovers and the stretch that goes on', () => {
  const statistics = createStatistics();
  const value = () =>
    statistics.values(1000, { environmentSteps: 1, learnerUpdates: 1 })[
      'human/steps-between-takeovers'
    ];
  const drive = (agent: number, human: number) => {
    for (let i = 0; i < agent; i++) statistics.liveStep(false);
    for (let i = 0; i < human; i++) statistics.liveStep(true);
    if (human > 0) statistics.override();
  };
  drive(30, 0);
  expect(value()).toBeUndefined();
  drive(10, 7);
  expect(value()).toBe(40);
  drive(20, 3);
  expect(value()).toBe(30);
  drive(60, 0); // nobody steps in any more
  expect(value()).toBe(60);
  drive(0, 1);
  for (let i = 0; i < 10; i++) drive(100, 5);
  expect(value()).toBe(100);
});

it('[UI-21] the history has the report without the bins of its diagram', () => {
  const values = { 'reward/ece': 0.1, 'reward/reliability/0/count': 3 };
  const point = { time: 1, environmentSteps: 2, learnerUpdates: 3, values };
  expect(forHistory(point)).toEqual({ ...point, values: { 'reward/ece': 0.1 } });
});
