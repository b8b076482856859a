/** Whether behaviour drifts, by the learner's own figures (agent/quality/drift-watch.ts), and the episodes that show it. */
import {
  DRIFT_PARTS,
  DRIFT_REFERENCE,
  DRIFT_WINDOW,
  type DriftPart,
} from '../../agent/quality/drift-watch.ts';
import type { Kpi, KpiAlert, KpiClip, MetricsPoint } from '../protocol/index.ts';

/** The newest figures, and the kept episodes of the newest behaviour. */
interface Behaviour {
  readonly points: readonly MetricsPoint[];
  readonly behind: readonly KpiClip[];
}

const TITLES: Readonly<Record<DriftPart, string>> = {
  observation: 'Drift of what is observed',
  action: 'Drift of what the agent does',
  reward: 'Drift of predicted rewards',
};
const MOVED: Readonly<Record<DriftPart, string>> = {
  observation: 'What the agent observes is not as before',
  action: 'The agent acts in another way than before',
  reward: 'The reward model predicts other rewards than before',
};
const ADVICE =
  'Look at these episodes: a sensor, the road or the task may have changed. What people said of earlier ones may not hold for them.';

interface Moved {
  readonly psi: number;
  readonly limit: number;
  readonly ratio: number;
  readonly component: number;
  readonly isMoved: boolean;
}

function movedOf(part: DriftPart, values: MetricsPoint['values'] = {}): Moved | undefined {
  const { [`drift/${part}`]: ratio, [`drift/${part}/psi`]: psi } = values;
  const { [`drift/${part}/limit`]: limit, [`drift/${part}/component`]: component } = values;
  if (ratio === undefined || psi === undefined) return undefined;
  if (limit === undefined || component === undefined) return undefined;
  return { psi, limit, ratio, component, isMoved: values[`drift/${part}/alarm`] === 1 };
}

const newest = ({ points }: Pick<Behaviour, 'points'>) => points.at(-1)?.values;

/** When the oldest of the episodes began in which something moved, ms since epoch; undefined: nothing has. */
export function movedSince(work: Pick<Behaviour, 'points'>): number | undefined {
  const values = newest(work);
  const isMoved = DRIFT_PARTS.some((part) => movedOf(part, values)?.isMoved);
  return isMoved ? values?.['drift/since'] : undefined;
}

export function behaviourKpis(work: Pick<Behaviour, 'points'>): Kpi[] {
  const values = newest(work);
  return DRIFT_PARTS.map((part) => {
    const moved = movedOf(part, values);
    return {
      ...{ id: `drift-${part}`, title: TITLES[part], unit: 'PSI', low: null, high: null },
      value: moved?.psi ?? null,
      state: moved ? (moved.isMoved ? 'bad' : 'good') : 'unknown',
      basis: moved ? basisOf(part, moved) : needs(part),
      advice: moved?.isMoved ? ADVICE : '',
    };
  });
}

const needs = (part: DriftPart) =>
  `needs ${DRIFT_REFERENCE + DRIFT_WINDOW} episodes${part === 'reward' ? ' and a reward model' : ''}`;

function basisOf(part: DriftPart, { component, limit, ratio, isMoved }: Moved): string {
  const which = part === 'reward' ? '' : `number ${component}; `;
  const why = ratio > 1 && !isMoved ? '; the policy learns, which moves it' : '';
  return `${which}newest ${DRIFT_WINDOW} episodes; by chance below ${limit.toFixed(2)}${why}`;
}

export function behaviourAlerts({ points, behind }: Behaviour): KpiAlert[] {
  const values = newest({ points });
  return DRIFT_PARTS.flatMap((part) => {
    const moved = movedOf(part, values);
    if (!moved?.isMoved) return [];
    const figures = `PSI ${moved.psi.toFixed(2)}, by chance below ${moved.limit.toFixed(2)}`;
    const which = part === 'reward' ? figures : `number ${moved.component}, ${figures}`;
    const message = `${MOVED[part]} (${which})`;
    return [{ id: `drift-${part}`, teacherId: null, message, advice: ADVICE, clips: behind }];
  });
}
