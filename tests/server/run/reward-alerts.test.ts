import { expect, it } from 'vitest';
import type { ServerMessage } from '../../../server/protocol/index.ts';
import { createAlerts } from '../../../server/run/alerts.ts';
import { createRewardAlerts } from '../../../server/run/reward-alerts.ts';

it('[SRV-41] the trainer’s hacking alarm is one alert with a way out, until it is over', () => {
  const sent: ServerMessage[] = [];
  const alerts = createAlerts((message) => sent.push(message), { warn: () => {} });
  let renewed = 0;
  const hear = createRewardAlerts(alerts, () => renewed++);
  hear({});
  hear({ 'reward/hackingAlarm': 0 });
  expect(sent).toEqual([]);
  hear({ 'reward/hackingAlarm': 1 });
  hear({ 'reward/hackingAlarm': 1 });
  expect(alerts.open.map((a) => [a.id, a.severity])).toEqual([['reward-hacking', 'warning']]);
  expect(alerts.open[0]!.tip).toContain('Answer the clips that come first');
  expect([sent.length, renewed]).toEqual([1, 1]);
  hear({});
  expect(alerts.open).toEqual([]);
  hear({ 'reward/hackingAlarm': 1 });
  expect(renewed).toBe(2);
});

it('[SRV-41] a reward that does not vary is an alert with a way out, beside any other', () => {
  const alerts = createAlerts(() => {}, { warn: () => {} });
  const hear = createRewardAlerts(alerts, () => {
    throw new Error('nothing to ask first');
  });
  hear({ 'reward/flat': 1 });
  expect(alerts.open.map((a) => a.id)).toEqual(['reward-flat']);
  expect(alerts.open[0]!.tip).toContain('reward.weightDecay');
  hear({ 'reward/flat': 0 });
  expect(alerts.open).toEqual([]);
});
