/** Evaluation points of a training: in tables beside the policy, in TensorBoard's files, and the best policy kept. */
import type { EvaluationSummary } from '../../agent/evaluation/evaluate.ts';
import type { Summary } from '../../agent/evaluation/statistics.ts';
import type { MetricName, MetricValues } from '../../agent/metrics.ts';
import { writeFile } from '../../server/storage/write-file.ts';
import type { LoopResult } from './loop.ts';

/** On the held-out seeds, after `step` environment steps; means, and 95 % intervals of the IQM. */
export interface EvaluationPoint {
  readonly step: number;
  readonly episodes: number;
  readonly success: Summary;
  /** null where collisions are not counted. */
  readonly collisionFreeSuccess: Summary | null;
  readonly return: Summary;
  readonly cost: Summary;
}

const QUANTITIES = ['success', 'collisionFreeSuccess', 'return', 'cost'] as const;
const METRIC = {
  success: 'eval/success',
  collisionFreeSuccess: 'eval/collisionFreeSuccess',
  return: 'eval/return',
  cost: 'eval/cost',
} as const satisfies Record<(typeof QUANTITIES)[number], MetricName>;

export function pointOf(step: number, summary: EvaluationSummary): EvaluationPoint {
  const { episodes, success, collisionFreeSuccess, cost } = summary;
  return { step, episodes, success, collisionFreeSuccess, return: summary.return, cost };
}

/** As metrics of a run. */
export function metricsOf(point: EvaluationPoint): MetricValues {
  const values: MetricValues = {};
  for (const quantity of QUANTITIES) {
    const { [quantity]: of } = point;
    if (!of) continue;
    values[METRIC[quantity]] = of.mean;
    values[`eval/${quantity}/low`] = of.low;
    values[`eval/${quantity}/high`] = of.high;
  }
  return values;
}

/** Solved without a collision counts first, where both are the same the return. */
export function isBetter(point: EvaluationPoint, than: EvaluationPoint | undefined): boolean {
  if (!than) return true;
  const solved = (p: EvaluationPoint) => (p.collisionFreeSuccess ?? p.success).mean;
  const difference = solved(point) - solved(than);
  return difference > 0 || (difference === 0 && point.return.mean > than.return.mean);
}

const bestOf = (points: readonly EvaluationPoint[]): EvaluationPoint | undefined =>
  points.reduce<EvaluationPoint | undefined>(
    (best, p) => (isBetter(p, best) ? p : best),
    undefined,
  );

/** Files beside a policy. */
export function filesBeside(policy: string) {
  const stem = policy.replace(/\.policy$/, '');
  return {
    curve: `${policy}.curve.json`,
    table: `${policy}.curve.csv`,
    best: `${stem}.best.policy`,
  };
}

/** The curve and the points so far. Returns the paths. */
export function writeCurve(
  policy: string,
  { environmentSteps, curve }: LoopResult,
  evaluations: readonly EvaluationPoint[],
): { curve: string; table: string } {
  const { curve: json, table } = filesBeside(policy);
  const best = bestOf(evaluations)?.step ?? null;
  writeFile(json, `${JSON.stringify({ environmentSteps, curve, evaluations, best }, null, 2)}\n`);
  if (evaluations.length > 0) writeFile(table, csvOf(evaluations));
  return { curve: json, table };
}

function csvOf(points: readonly EvaluationPoint[]): string {
  const columns = QUANTITIES.flatMap((name) => [name, `${name}Low`, `${name}High`]);
  const rows = points.map((point): readonly (number | string)[] => [
    point.step,
    point.episodes,
    ...QUANTITIES.flatMap((name): readonly (number | string)[] => {
      const { [name]: of } = point;
      return of ? [of.mean, of.low, of.high] : ['', '', ''];
    }),
  ]);
  return [['step', 'episodes', ...columns], ...rows].map((row) => `${row.join(',')}\n`).join('');
}
