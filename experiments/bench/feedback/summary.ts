/** From rows to cells: scores over seeds with their intervals, normalised by the reference. */

import type { RiskExam } from '../../../agent/evaluation/risk.ts';
import {
  bootstrapInterval,
  iqm,
  mean,
  type Summary,
  summarise,
} from '../../../agent/evaluation/statistics.ts';
import { createRandom } from '../../../sim/random.ts';
import { cellKey, type RunSpec } from './plan.ts';
import type { Failure } from './pool.ts';
import type { Measured, Row } from './rows.ts';
import { type BenchTeacher, kindOf } from './teachers.ts';

/** `success`: share of held-out episodes solved; `return`: their mean return. */
export type ScoreName = 'success' | 'return';

export interface Cell {
  readonly task: string;
  readonly preset: string;
  readonly teacher: BenchTeacher;
  readonly budget: number;
  readonly queries: string;
  /** Who drives after a takeover, where it was chosen; else ''. */
  readonly operator: string;
  /** The teacher's character where it is changed, e.g. `delay=5`; else ''. */
  readonly character: string;
  /** Finished runs, and those that failed. */
  readonly seeds: number;
  readonly failed: number;
  readonly score: ScoreName;
  /** One per seed. */
  readonly scores: readonly number[];
  /** Their smallest. */
  readonly worst: number;
  /** Over seeds, 95 % bootstrap interval. */
  readonly raw: Summary;
  /** (score − untrained) / (reference − untrained); null where there is no reference to divide by. */
  readonly normalised: Summary | null;
  readonly untrained: number;
  readonly reference: number | null;
  readonly referenceKind: 'reward' | 'expert' | null;
  readonly success: number;
  /** Of success without hitting anything; null where collisions are not counted. */
  readonly collisionFreeSuccess: number | null;
  /** Mean cost of a held-out episode. */
  readonly cost: number;
  readonly labels: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly trainingCost: number;
  readonly accuracy: number | null;
  /** What a perfect model would reach on the same teacher's answers. */
  readonly ceiling: number | null;
  readonly wallSeconds: number;
  /** Of the risk heads that were examined, in the order of the seeds. */
  readonly risk: readonly RiskExam[];
}

export function scoreName(spec: RunSpec): ScoreName {
  return spec.teacher !== 'none' && kindOf(spec.teacher) === 'override' ? 'success' : 'return';
}

/** One cell for all seeds of the same spec, in the order of the grid. */
export function summariseCells(rows: readonly Row[], failures: readonly Failure[] = []): Cell[] {
  const cells = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.spec.kind !== 'run') continue;
    const key = cellKey(row.spec);
    cells.set(key, [...(cells.get(key) ?? []), row]);
  }
  return [...cells]
    .map(([key, group]) =>
      cellOf(
        group,
        rows,
        failures.filter((f) => cellKey(f.spec) === key),
      ),
    )
    .sort(byGrid);
}

function byGrid(a: Cell, b: Cell): number {
  const name = (c: Cell) => [c.task, c.preset, c.teacher, c.operator, c.queries].join(' ');
  return name(a).localeCompare(name(b)) || a.budget - b.budget;
}

function cellOf(group: readonly Row[], rows: readonly Row[], failures: readonly Failure[]): Cell {
  const { task, preset, teacher, budget, queries } = group[0]!.spec;
  const score = scoreName(group[0]!.spec);
  const scores = group.map((row) => row.after[score]);
  const references = referenceRows(group[0]!.spec, rows);
  const reference = references.length === 0 ? null : iqm(references.map((row) => row.after[score]));
  // Runs on the true reward start from the same policies: more seeds give a better zero.
  const starts = [...references, ...group].flatMap((row) => row.before ?? []);
  const untrained = mean(starts.map((before: Measured) => before[score]));
  const average = (pick: (row: Row) => number) => mean(group.map(pick));
  const known = (pick: (row: Row) => number | null) => {
    const values = group.flatMap((row) => pick(row) ?? []);
    return values.length === 0 ? null : mean(values);
  };
  return {
    task,
    preset,
    teacher: teacher as BenchTeacher,
    budget,
    queries,
    operator: group[0]!.spec.operator ?? '',
    character: characterOf(group[0]!.spec),
    seeds: group.length,
    failed: failures.length,
    score,
    scores,
    worst: Math.min(...scores),
    raw: summarise(scores, createRandom(0)),
    normalised: normalise(scores, untrained, reference),
    untrained,
    reference,
    referenceKind: reference === null ? null : score === 'success' ? 'expert' : 'reward',
    success: average((row) => row.after.success),
    collisionFreeSuccess: known((row) => row.after.collisionFreeSuccess ?? null),
    cost: average((row) => row.after.cost),
    labels: average((row) => row.labels),
    expertSteps: average((row) => row.expertSteps),
    takeovers: average((row) => row.takeovers),
    trainingCost: average((row) => row.trainingCost),
    accuracy: known((row) => row.accuracy),
    ceiling: known((row) => row.ceiling),
    wallSeconds: average((row) => row.wallSeconds),
    risk: group.flatMap((row) => row.risk ?? []),
  };
}

/** `name=value` of whatever is changed about the teacher. */
export function characterOf({ teach = {} }: RunSpec): string {
  const changes = Object.values(teach).flatMap((fields) => Object.entries(fields));
  return changes.map(([name, value]) => `${name}=${value}`).join(', ');
}

function referenceRows(spec: RunSpec, rows: readonly Row[]): Row[] {
  const override = scoreName(spec) === 'success';
  return rows.filter(({ spec: r }) => {
    if (r.task !== spec.task || r.evalEpisodes !== spec.evalEpisodes) return false;
    if (override) return r.kind === 'expert' && r.operator === spec.operator;
    return r.kind === 'reward' && r.preset === spec.preset && r.steps === spec.steps;
  });
}

/**
 * The reference's own spread is not in the interval. null when the reference is no better than an
 * untrained policy: a share of nothing means nothing.
 */
export function normalise(
  scores: readonly number[],
  untrained: number,
  reference: number | null,
): Summary | null {
  if (reference === null || !(reference - untrained > 1e-9)) return null;
  const shares = scores.map((score) => (score - untrained) / (reference - untrained));
  return {
    mean: mean(shares),
    iqm: iqm(shares),
    ...bootstrapInterval(shares, createRandom(0)),
  };
}
