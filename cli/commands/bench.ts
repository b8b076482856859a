import { Command, Option } from 'commander';
import type { LearnerName } from '../../experiments/bench/learning.ts';
import type { Measuring } from '../../experiments/bench/measuring.ts';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, short, table } from '../../experiments/output.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { integer, integers, number, seed } from '../arguments.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { feedbackBench } from './bench-feedback.ts';
import {
  BACKENDS,
  environmentFactory,
  environmentOptions,
  jsonOption,
  withExamples,
} from './shared.ts';

export function benchCommand(): Command {
  const command = new Command('bench').description(
    'measure speed on this machine, and what feedback teaches',
  );
  command
    .addCommand(envBench())
    .addCommand(actBench())
    .addCommand(learnerBench())
    .addCommand(streamBench())
    .addCommand(takeoverBench())
    .addCommand(feedbackBench());
  return withExamples(
    command,
    'reins bench env --env driving --seconds 5 --json',
    'reins bench act --hidden 256,256',
    'reins bench learner --learner sac --hidden 64,64 --batch 256',
    'reins bench stream --seconds 10',
    'reins bench takeover --delay 200',
    'reins bench feedback --tasks reacher --presets pebble --budgets 50,200 --out data/bench',
  );
}

function envBench(): Command {
  const command = new Command('env').description('steps per second of an environment');
  environmentOptions(command)
    .option('--seconds <n>', 'seconds of stepping', number(0.1, 3600), 5)
    .option(
      '--threads <list>',
      'instead: all steps/s of this many threads, e.g. 1,2',
      integers(1, 64),
    )
    .option('--seed <n>', 'first training episode', seed, 0);
  jsonOption(command).action(
    async (flags: {
      env: string;
      option: EnvironmentOptions;
      seconds: number;
      threads?: number[];
      seed: number;
      json: boolean;
    }) => {
      const { option: environmentOptions, seconds, threads: counts } = flags;
      if (counts) {
        const { benchThreads } = await import('../../experiments/bench/threads.ts');
        return measure(flags, counts.length * seconds, (measuring) =>
          benchThreads({ ...flags, ...measuring, counts }),
        );
      }
      const { benchEnvironment } = await import('../../experiments/bench/environment.ts');
      const factory = await environmentFactory(flags.env);
      // Robots are measured against their bare engine, too.
      const parts = factory.family === 'robotics' ? 2 : 1;
      return measure(flags, parts * seconds + Math.min(1, seconds / 4), (measuring) =>
        benchEnvironment({ ...flags, ...measuring, factory, environmentOptions }),
      );
    },
  );
  return withExamples(
    command,
    'reins bench env --env driving --seconds 5 --json',
    'reins bench env --env half-cheetah --threads 1,2 --json',
  );
}

interface NetworkFlags {
  hidden: number[];
  observation: number;
  actions: number;
  seconds: number;
  seed: number;
  json: boolean;
}

function networkOptions(command: Command): Command {
  return command
    .option('--hidden <sizes>', 'hidden units per layer', integers(1, 4096), [256, 256])
    .option('--observation <n>', 'observation size', integer(1, 10_000), 17)
    .option('--actions <n>', 'action size', integer(1, 1000), 6)
    .option('--seconds <n>', 'seconds of measuring', number(0.1, 3600), 5)
    .option('--seed <n>', 'seed of weights and data', seed, 1);
}

function actBench(): Command {
  const command = new Command('act').description('microseconds of one action');
  jsonOption(networkOptions(command)).action(async (flags: NetworkFlags) => {
    const { benchAct } = await import('../../experiments/bench/learning.ts');
    return measure(flags, flags.seconds, (measuring) =>
      benchAct({ ...flags, ...measuring, backend: undefined }),
    );
  });
  return withExamples(command, 'reins bench act --hidden 256,256 --json');
}

function learnerBench(): Command {
  const command = new Command('learner').description('gradient updates per second');
  networkOptions(command)
    .addOption(new Option('--learner <id>', 'learner').choices(['sac', 'td3']).default('sac'))
    .option('--batch <n>', 'transitions per update', integer(1, 65_536), 256)
    .option('--threads <n>', 'threads of onnx', integer(1, 64), 1)
    .addOption(new Option('--backend <name>', 'what learners compute with').choices(BACKENDS));
  jsonOption(command).action(
    async (
      flags: NetworkFlags & {
        learner: LearnerName;
        batch: number;
        threads: number;
        backend?: (typeof BACKENDS)[number];
      },
    ) => {
      const { benchLearner } = await import('../../experiments/bench/learning.ts');
      return measure(flags, flags.seconds, (measuring) =>
        benchLearner({ ...flags, ...measuring, backend: flags.backend }),
      );
    },
  );
  return withExamples(
    command,
    'reins bench learner --learner sac --hidden 64,64 --batch 256 --json',
  );
}

function streamBench(): Command {
  const command = new Command('stream').description(
    'what a connected client that reads every frame costs the environment and the learner',
  );
  environmentOptions(command)
    .option('--preset <id>', 'preset of the run', 'reins')
    .option('--seconds <n>', 'seconds per window', number(1, 600), 10)
    .option('--windows <n>', 'windows with and windows without a client', integer(1, 20), 3)
    .option('--rollouts <n>', 'free-running rollout threads', integer(0, 64), 1)
    .option('--seed <n>', 'seed of the run', seed, 1);
  jsonOption(command).action(
    async (flags: {
      env: string;
      option: EnvironmentOptions;
      preset: string;
      seconds: number;
      windows: number;
      rollouts: number;
      seed: number;
      json: boolean;
    }) => {
      const { benchStream } = await import('../bench-stream.ts');
      return measure(flags, 2 * flags.windows * flags.seconds, (measuring) =>
        benchStream({ ...flags, ...measuring }),
      );
    },
  );
  return withExamples(command, 'reins bench stream --seconds 10 --windows 3 --json');
}

function takeoverBench(): Command {
  const command = new Command('takeover').description(
    'from a key to the first step that a person drove, on loopback or over a slow line',
  );
  environmentOptions(command)
    .option('--preset <id>', 'preset of the run', 'reins')
    .option('--presses <n>', 'takeovers', integer(1, 10_000), 40)
    .option('--delay <ms>', 'what the line takes there and back', number(0, 5000), 0)
    .option('--rollouts <n>', 'free-running rollout threads', integer(0, 64), 1)
    .option('--seed <n>', 'seed of the run', seed, 1);
  jsonOption(command).action(
    async (flags: {
      env: string;
      option: EnvironmentOptions;
      preset: string;
      presses: number;
      delay: number;
      rollouts: number;
      seed: number;
      json: boolean;
    }) => {
      const { benchTakeover } = await import('../bench-takeover.ts');
      return measure(flags, flags.presses, (measuring) =>
        benchTakeover({ ...flags, ...measuring }),
      );
    },
  );
  return withExamples(
    command,
    'reins bench takeover --presses 40 --json',
    'reins bench takeover --delay 200 --json',
  );
}

/** `seconds`: of all measuring. A signal ends it early: what there is by then is the result. */
async function measure<T extends object>(
  flags: { json: boolean },
  seconds: number,
  work: (measuring: Measuring) => Promise<T>,
): Promise<void> {
  const output = createOutput(flags);
  const { stop, code } = stopOnSignal();
  const bar = output.progress('measuring', seconds);
  let done = 0;
  const onMeasured = (more: number, what: string) => {
    done += more;
    bar.update(Math.round(done), what);
  };
  const result = await asUsage(() =>
    work({ clock: () => performance.now(), stop, onMeasured }),
  ).finally(bar.stop);
  if (stop.aborted) {
    process.exitCode = code();
    output.note('stopped: this is what was measured until then');
  }
  output.result(result, () => describe(result));
}

function describe(result: object): string {
  const text = (value: unknown): string => {
    if (typeof value === 'number') return short(value);
    if (Array.isArray(value)) return value.map(text).join(' × ');
    if (value !== null && typeof value === 'object')
      return Object.entries(value)
        .map(([name, inner]) => `${name} ${text(inner)}`)
        .join(', ');
    return String(value);
  };
  return table(Object.entries(result).map(([name, value]) => [name, text(value)]));
}
