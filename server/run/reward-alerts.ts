/** What the learner says is wrong with its reward model (agent/trainer), in words and with a way out. */
import type { Metrics } from '../../agent/contract.ts';
import { alertOf } from '../protocol/index.ts';
import type { Alerts } from './alerts.ts';

/** The metric that is 1 while its alert holds. */
const HOLDS_WHILE = [
  ['reward/hackingAlarm', 'reward-hacking'],
  ['reward/flat', 'reward-flat'],
] as const;

/** Hears every report of the learner; `onHacking` is called once each time that alarm goes off. */
export function createRewardAlerts(
  alerts: Pick<Alerts, 'raise' | 'clear'>,
  onHacking: () => void,
): (metrics: Metrics) => void {
  const raised = new Set<string>();
  return (metrics) => {
    for (const [metric, alert] of HOLDS_WHILE) {
      const now = metrics[metric] === 1;
      if (now === raised.has(metric)) continue;
      if (!now) {
        raised.delete(metric);
        alerts.clear(alert, alert);
        continue;
      }
      raised.add(metric);
      alerts.raise(alertOf(alert));
      if (metric === 'reward/hackingAlarm') onHacking();
    }
  };
}
