/** What the learner says has moved in behaviour (agent/quality/drift-watch.ts), in words, with the episodes that show it. */
import type { Metrics } from '../../agent/contract.ts';
import { DRIFT_PARTS, type DriftPart } from '../../agent/quality/drift-watch.ts';
import { alertOf } from '../protocol/index.ts';
import type { Alerts } from './alerts.ts';

export interface DriftAlertsOptions {
  readonly alerts: Pick<Alerts, 'raise' | 'clear'>;
  /** Of the components of an observation and of an action, where the environment names them. */
  readonly namesOf: (part: DriftPart) => readonly string[] | undefined;
  /** Called once each time something has moved, with when the oldest of the newest episodes began, ms since epoch. */
  readonly onMoved: (since: number) => void;
}

/** Hears every report of the learner. */
export function createDriftAlerts(options: DriftAlertsOptions): (metrics: Metrics) => void {
  const { alerts, namesOf, onMoved } = options;
  const raised = new Set<DriftPart>();
  return (metrics) => {
    for (const part of DRIFT_PARTS) {
      const now = metrics[`drift/${part}/alarm`] === 1;
      if (now === raised.has(part)) continue;
      const key = `drift-${part}` as const;
      if (!now) {
        raised.delete(part);
        alerts.clear(key, 'behaviour-drift');
        continue;
      }
      raised.add(part);
      const { message, ...alert } = alertOf(key);
      alerts.raise({ ...alert, message: `${message}${whereOf(part, metrics, namesOf(part))}` });
      onMoved(metrics['drift/since']!);
    }
  };
}

/** `: lidar12 (PSI 0.81, by chance below 0.30)`. */
function whereOf(part: DriftPart, metrics: Metrics, names: readonly string[] = []): string {
  const at = metrics[`drift/${part}/component`]!;
  const figures = driftFigures(metrics[`drift/${part}/psi`]!, metrics[`drift/${part}/limit`]!);
  return part === 'reward' ? ` ${figures}` : `: ${names[at] ?? `number ${at}`} ${figures}`;
}

const driftFigures = (psi: number, limit: number) =>
  `(PSI ${psi.toFixed(2)}, by chance below ${limit.toFixed(2)})`;
