/** The trainer's alarm for reward hacking (agent/trainer/hacking.ts), in words and with a way out. */
import type { Metrics } from '../agent/contract.ts';
import type { Alerts } from './alerts.ts';

/** Hears every report of the learner; `onAlarm` is called once each time the alarm goes off. */
export function createHackingAlert(
  alerts: Pick<Alerts, 'raise' | 'clear'>,
  onAlarm: () => void,
): (metrics: Metrics) => void {
  let on = false;
  return (metrics) => {
    const now = metrics['reward/hackingAlarm'] === 1;
    if (now === on) return;
    on = now;
    if (!on) {
      alerts.clear('reward-hacking', 'reward-hacking');
      return;
    }
    alerts.raise({
      id: 'reward-hacking',
      severity: 'warning',
      code: 'reward-hacking',
      message: 'The agent may be gaming its reward',
      tip: 'It earns more and more learned reward by behaviour that the reward model is unsure about. Answer the clips that come first under Compare: they show it.',
    });
    onAlarm();
  };
}
