/** `bench feedback`: runs what is missing of the grid, then writes the report. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../../server/storage/lock.ts';
import { asUsage } from '../../errors.ts';
import type { Output } from '../../output.ts';
import type { BackendChoice } from './execute.ts';
import { describeMachine } from './machine.ts';
import { type Grid, type Plan, planRuns, runKey } from './plan.ts';
import { type Failure, runPool } from './pool.ts';
import { writeReport } from './report.ts';
import { appendRow, type Row, readRows } from './rows.ts';
import { type Bar, barsOf, type SuiteName } from './suites.ts';
import { type Cell, summariseCells } from './summary.ts';

export interface FeedbackBenchOptions {
  readonly grid: Grid;
  readonly suite: SuiteName | undefined;
  readonly out: string;
  readonly workers: number;
  readonly backend: BackendChoice;
  readonly deterministic: boolean;
  /** As typed, for the report. */
  readonly command: string;
  readonly output: Output;
  /** Ends it early: finished runs are kept, and the report is on them. */
  readonly stop?: AbortSignal | undefined;
}

export interface FeedbackBench {
  readonly command: string;
  readonly machine: string;
  readonly runs: number;
  /** Of them, neither finished nor failed when it was stopped. */
  readonly missing: number;
  /** Of them, found finished from an earlier bench. */
  readonly resumed: number;
  readonly failures: readonly Failure[];
  readonly leftOut: readonly string[];
  readonly cells: readonly Cell[];
  readonly bars: readonly Bar[];
  readonly files: Readonly<Record<string, string>>;
}

/** @throws UsageError for a grid that cannot be run, or a folder that cannot be made or is in use. */
export async function benchFeedback(options: FeedbackBenchOptions): Promise<FeedbackBench> {
  const plan = await asUsage(() => planRuns(options.grid));
  const lock = await asUsage(() => lockFolder(options.out, { name: 'bench', flag: 'out' }));
  try {
    mkdirSync(join(options.out, 'policies'), { recursive: true });
    return await finish(options, plan);
  } finally {
    lock.release();
  }
}

/** What is missing of `plan`, and the report on all of it. */
async function finish(options: FeedbackBenchOptions, plan: Plan): Promise<FeedbackBench> {
  const { out, command, suite } = options;
  const path = join(out, 'rows.jsonl');
  const known = readRows(path);
  const missing = plan.runs.filter((spec) => !known.has(runKey(spec)));
  const resumed = plan.runs.length - missing.length;
  for (const words of plan.leftOut) options.output.note(`left out: ${words}`);
  if (resumed > 0) options.output.note(`${resumed} of ${plan.runs.length} runs are there already`);
  const failures = await runMissing(options, { ...plan, runs: missing }, path, known);
  const rows = plan.runs.flatMap((spec) => known.get(runKey(spec)) ?? []);
  const cells = summariseCells(rows, failures);
  const machine = describeMachine();
  const bars = barsOf(suite, cells);
  const { leftOut } = plan;
  const files = await writeReport({
    folder: out,
    command,
    machine,
    cells,
    rows,
    bars,
    leftOut,
    failures,
  });
  return {
    command,
    machine,
    runs: plan.runs.length,
    missing: plan.runs.length - rows.length - failures.length,
    resumed,
    failures,
    leftOut,
    cells,
    bars,
    files,
  };
}

/** Every finished run is on the disk before the next one is counted. */
async function runMissing(
  options: FeedbackBenchOptions,
  plan: Plan,
  path: string,
  known: Map<string, Row>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const total = plan.runs.reduce((sum, spec) => sum + spec.steps, 0);
  const bar = options.output.progress('benchmark', total);
  let finished = 0;
  let done = 0;
  const show = (open: number) => {
    const failed = failures.length > 0 ? `, ${failures.length} failed` : '';
    bar.update(done + open, `${finished} of ${plan.runs.length} runs${failed}`);
  };
  await runPool({
    specs: plan.runs,
    folder: options.out,
    workers: Math.min(options.workers, plan.runs.length),
    backend: options.backend,
    deterministic: options.deterministic,
    stop: options.stop,
    onRow(row) {
      appendRow(path, row);
      known.set(row.key, row);
      done += row.spec.steps;
      finished++;
      show(0);
    },
    onFailure(failure) {
      failures.push(failure);
      done += failure.spec.steps; // no time is left for it
      options.output.note(`failed: ${failure.key}: ${failure.reason}`);
    },
    onSteps: show,
  });
  bar.stop();
  return failures;
}
