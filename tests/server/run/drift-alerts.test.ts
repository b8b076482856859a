/** What the learner says has moved is an alert in words, and the episodes that show it are kept. */
import { expect, test } from 'vitest';
import type { Metrics } from '../../../agent/contract.ts';
import type { ServerMessage } from '../../../server/protocol/index.ts';
import { createAlerts } from '../../../server/run/alerts.ts';
import { createDriftAlerts } from '../../../server/run/drift-alerts.ts';

const moved = (part: string, alarm: number): Metrics => ({
  ...{ [`drift/${part}`]: 2.7, [`drift/${part}/psi`]: 0.812, [`drift/${part}/limit`]: 0.3 },
  ...{ [`drift/${part}/component`]: 1, [`drift/${part}/alarm`]: alarm, 'drift/since': 77 },
});

function hearing() {
  const sent: ServerMessage[] = [];
  const noted: string[] = [];
  const since: number[] = [];
  const alerts = createAlerts(
    (message) => sent.push(message),
    { warn: () => {} },
    { runId: 'run-1', note: ({ action, objectId }) => void noted.push(`${action} ${objectId}`) },
  );
  const hear = createDriftAlerts({
    alerts,
    namesOf: (part) => (part === 'observation' ? ['speed', 'lidar0'] : undefined),
    onMoved: (at) => since.push(at),
  });
  return { alerts, hear, sent, noted, since };
}

test('[SRV-49] a drift is one alert of its run, which names what moved, until it is over', () => {
  const { alerts, hear, sent, noted, since } = hearing();
  hear({});
  hear(moved('observation', 0));
  expect(sent).toEqual([]);
  hear(moved('observation', 1));
  hear(moved('observation', 1));
  expect([sent.length, since]).toEqual([1, [77]]);
  expect(alerts.open).toMatchObject([
    {
      ...{ id: 'drift-observation', code: 'behaviour-drift', severity: 'warning' },
      message: 'What the agent observes is not as before: lidar0 (PSI 0.81, by chance below 0.30)',
    },
  ]);
  expect(alerts.open[0]!.tip).toContain('a sensor, the road or the task');
  hear(moved('observation', 0));
  expect(alerts.open).toEqual([]);
  expect(noted).toEqual([
    'alert.raised run-1/drift-observation',
    'alert.cleared run-1/drift-observation',
  ]);
});

test('[SRV-49] actions and rewards have alerts of their own, also where nothing is named', () => {
  const { alerts, hear } = hearing();
  hear({ ...moved('action', 1), ...moved('reward', 1) });
  expect(alerts.open.map(({ message }) => message)).toEqual([
    'The agent acts in another way than before: number 1 (PSI 0.81, by chance below 0.30)',
    'The reward model predicts other rewards than before (PSI 0.81, by chance below 0.30)',
  ]);
});
