/** The grid of `bench feedback`: which runs there are, and what each is called. */
import { createHash } from 'node:crypto';
import { getPreset } from '../../../agent/presets/presets.ts';
import type { QueryStrategy } from '../../../agent/queries/config.ts';
import { queryDefaults } from '../../../agent/queries/config.ts';
import { applyOverrides } from '../../../agent/trainer/options.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { UsageError } from '../../errors.ts';
import {
  BENCH_TEACHERS,
  type BenchTeacher,
  checkTeach,
  kindOf,
  type Teach,
  type TeacherKind,
} from './teachers.ts';

/** `preset`: whatever the preset asks with. */
export type QueryChoice = QueryStrategy | 'preset';

export interface Grid {
  readonly tasks: readonly string[];
  readonly presets: readonly string[];
  readonly teachers: readonly BenchTeacher[];
  /** Labels; of no meaning to override teachers. */
  readonly budgets: readonly number[];
  readonly queries: readonly QueryChoice[];
  /** How many, from the first: 1, 2, …. */
  readonly seeds: number;
  /** Default 1; another one leaves settings that were chosen on the first seeds a fresh test. */
  readonly firstSeed?: number;
  readonly steps: number;
  readonly evalEpisodes: number;
  /** Changes of every preset, as `train --set`. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Changes of the teachers' character by kind, as `train --teach`. */
  readonly teach?: Teach;
  /** Examine risk heads too. */
  readonly risk?: true;
  /** Who drives when an operator takes over, and for how long at least (s), as in `train`; default: as there. */
  readonly operators?: readonly string[];
  readonly takeoverSeconds?: number;
}

/**
 * - `run`: a cell of the grid;
 * - `reward`: the same learner on the true reward;
 * - `expert`: the task's expert on the held-out episodes, without training.
 */
export type RunKind = 'run' | 'reward' | 'expert';

/** Everything that a run's result depends on: equal specs, equal runs. */
export interface RunSpec {
  readonly kind: RunKind;
  readonly task: string;
  readonly preset: string;
  readonly teacher: BenchTeacher | 'none';
  readonly budget: number;
  readonly queries: QueryChoice;
  readonly seed: number;
  readonly steps: number;
  readonly evalEpisodes: number;
  readonly overrides: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Of the kind of its teacher; absent: as it is named. */
  readonly teach?: Teach;
  readonly operator?: string;
  readonly takeoverSeconds?: number;
  readonly risk?: true;
}

export interface Plan {
  readonly runs: readonly RunSpec[];
  /** Combinations of the grid that do not fit together, in words. */
  readonly leftOut: readonly string[];
}

/** Name of a run: its words for people, and a hash of all of it. */
export function runKey(spec: RunSpec): string {
  const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 10);
  const words =
    spec.kind === 'run'
      ? [spec.task, spec.preset, spec.teacher, spec.budget, spec.queries]
      : [spec.task, spec.preset, spec.kind];
  return `${words.join('-')}-s${spec.seed}-${hash}`;
}

/** Without its seed: what a table's row is about. */
export function cellKey(spec: RunSpec): string {
  return JSON.stringify({ ...spec, seed: 0 });
}

/**
 * @throws UsageError for unknown names, or a preset that none of the teachers can teach; RangeError for
 * teachers that cannot be as `teach` says, and presets that cannot be changed as `overrides` says.
 */
export function planRuns(grid: Grid): Plan {
  checkTeach(grid.teach ?? {}, grid.teachers, grid.takeoverSeconds);
  checkQueries(grid);
  const runs = new Map<string, RunSpec>();
  const leftOut = new Set<string>();
  const add = (spec: RunSpec) => void runs.set(runKey(spec), spec);
  for (const task of grid.tasks) {
    checkName('tasks', task, () => getEnvironment(task));
    for (const preset of grid.presets) {
      checkName('presets', preset, () => getPreset(preset));
      applyOverrides(getPreset(preset), grid.overrides);
      const specs = grid.teachers.flatMap((teacher) =>
        cellsOf(grid, task, preset, teacher, leftOut),
      );
      if (specs.length === 0) continue;
      for (const spec of specs) add(spec);
      for (const spec of referencesOf(grid, task, preset, specs)) add(spec);
    }
  }
  for (const preset of grid.presets)
    if (![...runs.values()].some((run) => run.preset === preset))
      throw new UsageError(
        `presets: ${preset} learns nothing from ${grid.teachers.join(', ')} on ${grid.tasks.join(', ')}` +
          `, allowed teachers ${BENCH_TEACHERS.filter((t) => understands(preset, t)).join(', ') || 'none'}`,
      );
  return { runs: [...runs.values()].sort(bySeed), leftOut: [...leftOut] };
}

/** @throws UsageError when the strategy is set twice. */
function checkQueries({ queries, overrides }: Grid): void {
  const strategy = overrides.queries?.strategy;
  if (strategy === undefined || queries.every((name) => name === 'preset')) return;
  throw new UsageError(
    `queries.strategy: is ${strategy}, and --queries is ${queries.join(', ')}, allowed only one of the two`,
  );
}

/** All cells once before any a second time: an interrupted bench has something to show. */
function bySeed(a: RunSpec, b: RunSpec): number {
  return a.seed - b.seed;
}

function checkName(field: string, value: string, look: () => unknown): void {
  try {
    look();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${field}: is "${value}"; ${text}`);
  }
}

function cellsOf(
  grid: Grid,
  task: string,
  preset: string,
  teacher: BenchTeacher,
  leftOut: Set<string>,
): RunSpec[] {
  if (!understands(preset, teacher)) {
    leftOut.add(`${preset} with ${teacher}: the preset does not learn from it`);
    return [];
  }
  const kind = kindOf(teacher);
  if (kind === 'override' && !getEnvironment(task).createExpert) {
    leftOut.add(`${task} with ${teacher}: the task has no expert`);
    return [];
  }
  const budgets = kind === 'override' ? [0] : grid.budgets;
  const queries = kind === 'preference' ? grid.queries : (['preset'] as const);
  const operators = kind === 'override' ? operatorsOf(grid) : [undefined];
  return operators.flatMap((operator) =>
    budgets.flatMap((budget) =>
      queries.flatMap((strategy) =>
        seedsOf(grid).map((seed) => ({
          ...common(grid, task, preset, operator),
          kind: 'run' as const,
          teacher,
          budget,
          queries: strategy,
          seed,
          ...(grid.teach?.[kind] ? { teach: { [kind]: grid.teach[kind] } } : {}),
          ...(grid.risk ? { risk: grid.risk } : {}),
        })),
      ),
    ),
  );
}

function operatorsOf({ operators = [] }: Grid): readonly (string | undefined)[] {
  return operators.length > 0 ? operators : [undefined];
}

function common(grid: Grid, task: string, preset: string, operator: string | undefined) {
  const { steps, evalEpisodes, overrides, takeoverSeconds } = grid;
  // Absent where it is the default: runs keep their names.
  const hands = {
    ...(operator === undefined ? {} : { operator }),
    ...(takeoverSeconds === undefined ? {} : { takeoverSeconds }),
  };
  return { task, preset, steps, evalEpisodes, overrides, ...hands };
}

function seedsOf(grid: Grid): number[] {
  return Array.from({ length: grid.seeds }, (_, i) => (grid.firstSeed ?? 1) + i);
}

const FEEDBACK_OF = {
  preference: 'preference',
  scalar: 'reward',
  override: 'override',
} as const satisfies Record<TeacherKind, string>;

function understands(preset: string, teacher: BenchTeacher): boolean {
  return getPreset(preset).needs.includes(FEEDBACK_OF[kindOf(teacher)]);
}

/** Learners that can be given the true reward. */
export function learnsFromReward(preset: string): boolean {
  return ['reins', 'sac', 'td3', 'ppo'].includes(getPreset(preset).learner.kind);
}

/** What the specs are measured against: the learner on the true reward, or the expert who takes over. */
function referencesOf(
  grid: Grid,
  task: string,
  preset: string,
  specs: readonly RunSpec[],
): RunSpec[] {
  const kinds = new Set(specs.map((s) => (s.teacher === 'none' ? 'none' : kindOf(s.teacher))));
  const bare = { teacher: 'none', budget: 0, queries: 'preset' } as const;
  const found: RunSpec[] = [];
  if ((kinds.has('preference') || kinds.has('scalar')) && learnsFromReward(preset))
    for (const seed of seedsOf(grid))
      found.push({ ...common(grid, task, preset, undefined), ...bare, kind: 'reward', seed });
  if (kinds.has('override'))
    for (const operator of operatorsOf(grid))
      found.push({
        ...common(grid, task, '-', operator),
        ...bare,
        kind: 'expert',
        seed: 0,
        steps: 0,
        overrides: {},
      });
  return found;
}

/** Overrides of the preset for one run. */
export function overridesOf(spec: RunSpec): Record<string, Record<string, unknown>> {
  const preset = getPreset(spec.preset);
  const all: Record<string, Record<string, unknown>> = Object.fromEntries(
    Object.entries(spec.overrides).map(([part, fields]) => [part, { ...fields }]),
  );
  if (spec.kind === 'reward') {
    all.learner = { ...all.learner, rewardSource: 'environment' };
    // A scale chosen for learned rewards, and starts without any, are not for the true ones.
    if (['reins', 'sac'].includes(preset.learner.kind))
      all.learner = { ...all.learner, rewardScale: 1 };
    all.scheduler = { ...all.scheduler, unsupervisedSteps: 0, explorationBonus: 0 };
    return all;
  }
  if (spec.queries !== 'preset') all.queries = { ...all.queries, strategy: spec.queries };
  return { ...all, queries: { ...all.queries, segmentSeconds: segmentSeconds(spec, all.queries) } };
}

/** The preset's, but at most half an episode: no segment is cut from what is shorter than it. */
function segmentSeconds(spec: RunSpec, queries: Record<string, unknown> | undefined): number {
  const { horizon, controlHz } = getEnvironment(spec.task);
  const wanted = Number(
    queries?.segmentSeconds ??
      getPreset(spec.preset).queries?.segmentSeconds ??
      queryDefaults.segmentSeconds,
  );
  return Math.min(wanted, horizon / controlHz / 2);
}
