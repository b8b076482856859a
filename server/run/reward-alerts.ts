/** What the learner says is wrong with its reward model (agent/trainer), in words and with a way out. */
import type { Metrics } from '../../agent/contract.ts';
import type { Alert, Alerts } from './alerts.ts';

/** Alerts by the metric that is 1 while they hold. */
const ALERTS: Readonly<Record<string, Omit<Alert, 'type'>>> = {
  'reward/hackingAlarm': {
    id: 'reward-hacking',
    severity: 'warning',
    code: 'reward-hacking',
    message: 'The agent may be gaming its reward',
    tip: 'It earns more and more learned reward by behaviour that the reward model is unsure about. Answer the clips that come first under Compare: they show it.',
  },
  'reward/flat': {
    id: 'reward-flat',
    severity: 'warning',
    code: 'reward-flat',
    message: 'The reward model says the same of everything',
    tip: 'The agent cannot learn from it. Answer clips that differ; where it stays, its weight decay is too strong: start again with a lower --set reward.weightDecay.',
  },
};

/** Hears every report of the learner; `onHacking` is called once each time that alarm goes off. */
export function createRewardAlerts(
  alerts: Pick<Alerts, 'raise' | 'clear'>,
  onHacking: () => void,
): (metrics: Metrics) => void {
  const raised = new Set<string>();
  return (metrics) => {
    for (const [metric, alert] of Object.entries(ALERTS)) {
      const now = metrics[metric] === 1;
      if (now === raised.has(metric)) continue;
      if (!now) {
        raised.delete(metric);
        alerts.clear(alert.id, alert.code);
        continue;
      }
      raised.add(metric);
      alerts.raise(alert);
      if (metric === 'reward/hackingAlarm') onHacking();
    }
  };
}
