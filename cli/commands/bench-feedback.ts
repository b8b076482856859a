import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { QUERY_STRATEGIES } from '../../agent/queries/config.ts';
import type { FeedbackBench } from '../../experiments/bench/feedback/bench.ts';
import { failureCells } from '../../experiments/bench/feedback/failures.ts';
import type { Grid, QueryChoice } from '../../experiments/bench/feedback/plan.ts';
import { cellName } from '../../experiments/bench/feedback/plots.ts';
import {
  type Bar,
  defaultGrid,
  SUITES,
  type SuiteName,
  suiteGrids,
} from '../../experiments/bench/feedback/suites.ts';
import { BENCH_TEACHERS, type BenchTeacher } from '../../experiments/bench/feedback/teachers.ts';
import { UsageError } from '../../experiments/errors.ts';
import { createOutput, short, table } from '../../experiments/output.ts';
import { integer, integers, number, partSetting, words } from '../arguments.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { configOption } from './config-file.ts';
import { BACKENDS, jsonOption, withExamples } from './shared.ts';

interface Flags {
  suite?: SuiteName;
  tasks?: string[];
  presets?: string[];
  teachers?: BenchTeacher[];
  budgets?: number[];
  queries?: QueryChoice[];
  seeds?: number;
  firstSeed?: number;
  steps?: number;
  evalEpisodes?: number;
  set: Grid['overrides'];
  teach: NonNullable<Grid['teach']>;
  operator?: string[];
  takeoverSeconds?: number;
  workers: number;
  backend: (typeof BACKENDS)[number];
  deterministic: boolean;
  out: string;
  json: boolean;
}

/** Comma-separated words that something else knows. */
function list(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError(`is "${text}", expected names by comma`);
  return parts;
}

export function feedbackBench(): Command {
  const command = new Command('feedback').description(
    'compare presets, teachers, label budgets and questions on tasks, over seeds, with intervals',
  );
  configOption(command, {
    renamed: { queries: 'strategies' }, // in a file `queries` is the part of the preset
    setBy: [['queries', 'queries', 'strategy']],
  })
    .addOption(new Option('--suite <name>', 'a named grid; other flags change it').choices(SUITES))
    .option('--tasks <ids>', 'environments by comma', list)
    .option('--presets <ids>', 'presets by comma', list)
    .option('--teachers <names>', `${BENCH_TEACHERS.join(', ')}, by comma`, words(BENCH_TEACHERS))
    .option('--budgets <list>', 'labels by comma', integers(0, 1e6))
    .option(
      '--queries <names>',
      `what to ask: preset, ${QUERY_STRATEGIES.join(', ')}, by comma`,
      words(['preset', ...QUERY_STRATEGIES]),
    )
    .option('--seeds <n>', 'runs of every cell (default 5)', integer(1, 1000))
    .option(
      '--first-seed <n>',
      'seeds count from here, 1 by default; take others than those a setting was chosen on',
      integer(0, 1e9),
    )
    .option('--steps <n>', 'environment steps of every run (default 6000)', integer(1, 1e9))
    .option('--eval-episodes <n>', 'held-out episodes per run (default 20)', integer(1, 10_000))
    .option('--set <part.name=value>', 'change all presets, repeatable', partSetting, {})
    .option(
      '--teach <teacher.name=value>',
      'change the teachers of a kind (preference, scalar, override), repeatable, as in train',
      partSetting,
      {},
    )
    .option(
      '--operator <names>',
      'who drives after a takeover: teacher, clone, planner, expert or a file (default teacher), by comma',
      list,
    )
    .option(
      '--takeover-seconds <n>',
      'shortest takeover (default 2); short for --teach override.minSeconds',
      number(0, 60),
    )
    .option('--workers <n>', 'runs at once', integer(1, 256), availableParallelism())
    .addOption(
      new Option('--backend <name>', 'what learners compute with')
        .choices(BACKENDS)
        .default('wasm'),
    )
    .option('--deterministic', 'same seed, same weights: on one thread, never native', false)
    .requiredOption('--out <dir>', 'folder of rows and report; the same one resumes');
  jsonOption(command).action(run);
  return withExamples(
    command,
    'reins bench feedback --tasks reacher --presets pebble --budgets 50,200 --seeds 3 --out data/bench',
    'reins bench feedback --suite overrides --presets reins,hg-dagger --seeds 2 --out data/overrides --json',
  );
}

function gridOf(flags: Flags): Grid {
  const suite = flags.suite && flags.suite !== 'speed' ? suiteGrids[flags.suite] : {};
  const names = [
    'tasks',
    'presets',
    'teachers',
    'budgets',
    'queries',
    'seeds',
    'firstSeed',
    'steps',
    'evalEpisodes',
    'takeoverSeconds',
  ] as const;
  const given = Object.fromEntries(
    names.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
  // Absent without any: runs keep their names.
  const operators = flags.operator ? { operators: flags.operator } : {};
  const teach = Object.keys(flags.teach).length > 0 ? { teach: flags.teach } : {};
  return { ...defaultGrid, ...suite, ...given, ...operators, ...teach, overrides: flags.set };
}

/** Bar 5 has no grid: it measures what everything else is made of. */
async function runSpeed(flags: Flags, command: string): Promise<void> {
  const grid = ['tasks', 'presets', 'teachers', 'budgets', 'queries', 'seeds'] as const;
  const useless = grid.find((name) => flags[name] !== undefined);
  if (useless) throw new UsageError(`${useless}: --suite speed has no grid, allowed steps and out`);
  const output = createOutput(flags);
  const { benchSpeed } = await import('../../experiments/bench/feedback/speed.ts');
  const { stop, code } = stopOnSignal();
  const result = await benchSpeed({
    stop,
    out: flags.out,
    command,
    seconds: 3,
    steps: flags.steps ?? 20_000,
    output,
    clock: () => performance.now(),
  });
  if (stop.aborted) {
    process.exitCode = code();
    output.note(`stopped: what was measured until then is in ${result.files.speed}`);
  }
  output.result(result, () =>
    table([
      ['', 'measured', ''],
      ...result.rows.map((r) => [`${r.what} ${r.backend}`, short(r.value), r.unit]),
      ...result.bars.map((b) => [
        b.text,
        `${b.most ? '≤' : '≥'} ${b.need}`,
        b.met ? 'met' : 'not met',
      ]),
    ]),
  );
}

async function run(flags: Flags): Promise<void> {
  if (flags.deterministic && flags.backend === 'native')
    throw new UsageError('backend: is native, allowed onnx, wasm or cpu with --deterministic');
  const command = `reins ${process.argv.slice(2).join(' ')}`;
  if (flags.suite === 'speed') return runSpeed(flags, command);
  const output = createOutput(flags);
  const { benchFeedback } = await import('../../experiments/bench/feedback/bench.ts');
  const { stop, code } = stopOnSignal();
  const result = await benchFeedback({
    stop,
    grid: gridOf(flags),
    suite: flags.suite,
    out: flags.out,
    workers: flags.workers,
    backend: flags.backend,
    deterministic: flags.deterministic,
    command,
    output,
  });
  if (stop.aborted) {
    const { runs, missing } = result;
    process.exitCode = code();
    return output.note(
      `stopped: ${runs - missing} of ${runs} runs are finished, in ${flags.out}/rows.jsonl, with a report on them beside it; the same command goes on`,
    );
  }
  output.result(result, () => describe(result));
  if (result.failures.length > 0) process.exitCode = 1;
}

function within(interval: Bar['interval']): string {
  return interval ? ` [${short(interval.low)}, ${short(interval.high)}]` : '';
}

function describe(result: FeedbackBench): string {
  const rows = result.cells.map((c) => [
    `${c.task} · ${cellName(c)}`,
    `${short(c.raw.iqm)} [${short(c.raw.low)}, ${short(c.raw.high)}]`,
    short(c.normalised?.iqm),
    c.failed > 0 ? `${c.seeds} (${c.failed} failed)` : String(c.seeds),
  ]);
  const bars = result.bars.map(
    (b) => `${b.met ? 'met    ' : 'not met'} ${b.text}: ${short(b.measured)}${within(b.interval)}`,
  );
  const failures = result.failures.map((f) => `failed  ${failureCells(f).join(' · ')}`);
  return [
    table([['', 'score', 'share of reference', 'seeds'], ...rows]),
    ...failures,
    ...bars,
    ...Object.values(result.files),
  ].join('\n');
}
