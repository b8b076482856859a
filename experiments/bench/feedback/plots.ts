/** The pictures of a report, out of its cells and rows. */
import { iqm } from '../../../agent/evaluation/statistics.ts';
import type { CurvePoint } from '../../train/state.ts';
import { cellKey } from './plan.ts';
import type { Row } from './rows.ts';
import type { Cell } from './summary.ts';
import { barPlot, linePlot, type Point, type Series } from './svg.ts';
import { kindOf } from './teachers.ts';

export interface Plot {
  /** File name without its ending. */
  readonly id: string;
  readonly svg: string;
}

export function drawPlots(cells: readonly Cell[], rows: readonly Row[]): Plot[] {
  const plots: Plot[] = [];
  const add = (id: string, svg: string) => {
    if (svg !== '') plots.push({ id, svg });
  };
  for (const task of new Set(cells.map((cell) => cell.task))) {
    const own = cells.filter((cell) => cell.task === task);
    add(`bars-${task}`, scoreBars(task, own));
    add(`labels-${task}`, labelCurves(task, own));
    const operated = rows.filter((r) => r.spec.task === task && isOverride(r));
    add(`takeovers-${task}`, overTime(operated, `${task}: who drives`, 'expert steps, %', rate));
    add(`cost-${task}`, overTime(operated, `${task}: cost of training`, 'total cost', totalCost));
  }
  return plots;
}

function isOverride({ spec }: Row): boolean {
  return spec.kind === 'run' && spec.teacher !== 'none' && kindOf(spec.teacher) === 'override';
}

function scoreBars(task: string, cells: readonly Cell[]): string {
  const normalised = cells.every((cell) => cell.normalised !== null);
  const bars = cells.map((cell) => {
    const { iqm: value, low, high } = (normalised ? cell.normalised : cell.raw) ?? cell.raw;
    return { name: cellName(cell), value, low, high };
  });
  const of = cells[0]?.referenceKind === 'expert' ? 'the expert' : 'the true reward';
  const unit = normalised ? `share of ${of}’s score` : (cells[0]?.score ?? 'return');
  return barPlot({
    title: `${task}: score`,
    x: `${unit} (IQM, 95 % interval)`,
    bars,
    ...(normalised ? { mark: 1 } : {}),
  });
}

/** What tells a cell from the others of its task. */
export function cellName(
  cell: Pick<Cell, 'preset' | 'teacher' | 'operator' | 'budget' | 'queries' | 'character'>,
): string {
  const words = [cell.preset, teacherName(cell)];
  if (cell.operator !== '') words.push(cell.operator);
  if (kindOf(cell.teacher) !== 'override') words.push(`${cell.budget} labels`);
  if (cell.queries !== 'preset') words.push(cell.queries);
  return words.join(' · ');
}

function teacherName({ teacher, character }: Pick<Cell, 'teacher' | 'character'>): string {
  return character === '' ? teacher : `${teacher} (${character})`;
}

/** Labels against score, a line per preset, teacher and query strategy; nothing for a single budget. */
function labelCurves(task: string, cells: readonly Cell[]): string {
  const labelled = cells.filter((cell) => kindOf(cell.teacher) !== 'override');
  if (new Set(labelled.map((cell) => cell.budget)).size < 2) return '';
  const normalised = labelled.every((cell) => cell.normalised !== null);
  const nameOf = distinctNames(labelled);
  const lines = new Map<string, Point[]>();
  for (const cell of labelled) {
    const name = nameOf(cell);
    const { iqm: y, low, high } = (normalised ? cell.normalised : cell.raw) ?? cell.raw;
    lines.set(name, [...(lines.get(name) ?? []), { x: cell.budget, y, low, high }]);
  }
  return linePlot({
    title: `${task}: what labels buy`,
    x: 'labels',
    y: normalised ? 'share of the true reward’s score' : 'return',
    series: [...lines].map(([name, points]) => ({ name, points })),
  });
}

/** Names cells by what differs among them, besides their budget; by their preset where nothing does. */
function distinctNames(cells: readonly Cell[]): (cell: Cell) => string {
  const preset = (cell: Cell) => cell.preset;
  const questions = ({ queries }: Cell) => (queries === 'preset' ? 'its own questions' : queries);
  const words = [preset, teacherName, questions];
  const differing = words.filter((word) => new Set(cells.map(word)).size > 1);
  const used = differing.length > 0 ? differing : [preset];
  return (cell) => used.map((word) => word(cell)).join(' · ');
}

/** What a curve has come to at its point `i`. */
type Value = (curve: readonly CurvePoint[], i: number) => number;

/** Expert steps over the last tenth of the run, %: from point to point they jump too much to be read. */
function rate(curve: readonly CurvePoint[], i: number): number {
  const before = curve[i - Math.ceil(curve.length / 10)] ?? { step: 0, expertSteps: 0 };
  const now = curve[i]!;
  return (100 * (now.expertSteps - before.expertSteps)) / (now.step - before.step);
}

const totalCost: Value = (curve, i) => curve[i]!.cost;

/** A line per cell: the interquartile mean over seeds, and their whole range as a band. */
function overTime(rows: readonly Row[], title: string, y: string, value: Value): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows)
    groups.set(cellKey(row.spec), [...(groups.get(cellKey(row.spec)) ?? []), row]);
  const teachers = new Set(rows.map((row) => row.spec.teacher));
  const operators = new Set(rows.map((row) => row.spec.operator));
  const series: Series[] = [...groups.values()].map((group) => {
    const { preset, teacher, operator } = group[0]!.spec;
    const words = [preset];
    if (teachers.size > 1) words.push(teacher);
    if (operators.size > 1 && operator) words.push(operator);
    return {
      name: words.join(' · '),
      points: merge(group, value),
    };
  });
  return linePlot({ title, x: 'environment steps', y, series });
}

function merge(group: readonly Row[], value: Value): Point[] {
  return group[0]!.curve.map((point, i) => {
    const values = group.flatMap(({ curve }) => (i < curve.length ? value(curve, i) : []));
    return { x: point.step, y: iqm(values), low: Math.min(...values), high: Math.max(...values) };
  });
}
