import { expect, it } from 'vitest';
import { createAlerts } from '../../server/alerts.ts';
import { createHackingAlert } from '../../server/hacking-alert.ts';
import type { ServerMessage } from '../../server/protocol/index.ts';

it('[SRV-41] the trainer’s hacking alarm is one alert with a way out, until it is over', () => {
  const sent: ServerMessage[] = [];
  const alerts = createAlerts((message) => sent.push(message), { warn: () => {} });
  let renewed = 0;
  const hear = createHackingAlert(alerts, () => renewed++);
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
