import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Episode } from '../../agent/contract.ts';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, type Progress } from '../../experiments/output.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { integer } from '../arguments.ts';
import type { FormatName } from '../datasets/export-dataset.ts';
import type { PolicyFormat } from '../export-onnx.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { roadExport } from './export-road.ts';
import { jsonOption, withExamples } from './shared.ts';

interface ExportFlags {
  data: string;
  run?: string;
  out?: string;
  json: boolean;
}

/** Tried by the tests against the formats that there are. */
export const FORMAT_NAMES = [
  'jsonl',
  'parquet',
  'csv',
  'minari',
  'imitation',
  'lerobot',
  'mcap',
] as const;

interface RunFlags extends ExportFlags {
  format: 'jsonl' | FormatName;
  episodes?: 'experience' | 'all';
  rewards: 'environment' | 'learned';
}

type PolicyFlags = ExportFlags & { policy?: string; format: PolicyFormat };

export function exportCommand(): Command {
  const command = runOptions(
    new Command('export').description("write a run's feedback and episodes as a data set"),
  )
    .addOption(
      new Option('--format <name>', 'of the data set, see docs/formats')
        .choices([...FORMAT_NAMES])
        .default('jsonl'),
    )
    .addOption(
      new Option(
        '--episodes <which>',
        'what happened, or also what was rolled out to judge takeovers; default: as the format says',
      ).choices(['experience', 'all']),
    )
    .addOption(
      new Option(
        '--rewards <whose>',
        "the environment's own, or what the run's reward model learned",
      )
        .choices(['environment', 'learned'])
        .default('environment'),
    )
    .option('--out <folder>', 'where to write; default DATA/export/RUN, with the format behind it')
    // Options after `policy`, `reward`, `session` and `road` are theirs.
    .enablePositionalOptions()
    .addCommand(policyExport())
    .addCommand(rewardExport())
    .addCommand(sessionExport())
    .addCommand(roadExport());
  jsonOption(command).action((flags: RunFlags) => run(flags));
  return withExamples(
    command,
    'reins export --data ./data --out ./my-export',
    'reins export --run run-1 --format parquet',
    'reins export --run pen --format minari --rewards learned',
    'reins export policy --policy half-cheetah.policy --out policy.onnx',
    'reins export reward --data ./data --out reward.onnx',
    'reins export session --data ./data --out ./my-session',
  );
}

function runOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of the server', './data')
    .option('--run <id>', 'run; default: the newest');
}

function modelOptions(command: Command, formats: readonly string[] = ['onnx']): Command {
  const format = new Option('--format <name>', 'format of the file').choices([...formats]);
  return jsonOption(runOptions(command).addOption(format.default('onnx')));
}

function policyExport(): Command {
  const command = modelOptions(new Command('policy'), ['onnx', 'safetensors', 'npz'])
    .description(
      'write a policy as a model (onnx: normaliser, network and squash in one), or its numbers alone',
    )
    .option('--policy <file>', 'file of reins train; default: the policy of the run')
    .option('--out <file>', 'where to write; default policy.FORMAT')
    .action(async (flags: PolicyFlags) => {
      const { exportPolicy, exportRunPolicy } = await import('../export-onnx.ts');
      const { policy, format, out = `policy.${format}` } = flags;
      const result = policy
        ? await exportPolicy(policy, out, format)
        : await withRun(flags, (storage, chosen) => exportRunPolicy(storage, chosen, out, format));
      createOutput(flags).result(result, () => `${result.inputs} -> ${result.outputs} in ${out}`);
    });
  return withExamples(
    command,
    'reins export policy --policy half-cheetah.policy --out policy.onnx',
    'reins export policy --data ./data --run run-1 --format safetensors',
  );
}

function rewardExport(): Command {
  const command = modelOptions(new Command('reward'))
    .description("write a run's reward model as a model: scaling, members and their mean in one")
    .option('--out <file>', 'where to write', 'reward.onnx')
    .action(async (flags: ExportFlags & { out: string }) => {
      const { exportRunReward } = await import('../export-onnx.ts');
      const { out } = flags;
      const result = await withRun(flags, (storage, chosen) =>
        exportRunReward(storage, chosen, out),
      );
      createOutput(flags).result(result, () => `${result.inputs} -> ${result.outputs} in ${out}`);
    });
  return withExamples(command, 'reins export reward --data ./data --out reward.onnx');
}

type SessionFlags = ExportFlags & { out: string; episodes: number; episode?: string[] };

function sessionExport(): Command {
  const command = jsonOption(runOptions(new Command('session')))
    .description(
      'write episodes as a folder of static files that plays them in a browser, without a server',
    )
    .option('--out <folder>', 'where to write', 'session')
    .option(
      '--episodes <n>',
      'how many: the newest in which people drove, then the newest others',
      integer(1, 100),
      6,
    )
    .option('--episode <ids...>', 'these episodes instead')
    .action(async (flags: SessionFlags) => {
      const { exportSession } = await import('../export-session.ts');
      const { ensureUi } = await import('../build-ui.ts');
      const output = createOutput(flags);
      const { out, episodes, episode: ids } = flags;
      const result = await withRun(flags, async (storage, chosen) => {
        const page = await ensureUi({ root: repositoryRoot, log: output.note, page: 'session' });
        return exportSession(storage, chosen, { out, page, episodes, ...(ids ? { ids } : {}) });
      });
      output.result(
        result,
        () =>
          `${result.episodes} episodes (${result.steps} steps, ${result.events} things said) in ${out}, ` +
          `the recording ${Math.round(result.bytes / 1000)} kB: put the folder on any web server`,
      );
    });
  return withExamples(
    command,
    'reins export session --data ./data --out ./my-session',
    'reins export session --run run-1 --episode run-1-12 run-1-15',
  );
}

/** @throws UsageError where there is no such run. */
async function withRun<T>(
  flags: ExportFlags,
  use: (storage: Storage, run: Run) => Promise<T>,
): Promise<T> {
  if (!existsSync(join(flags.data, 'reins.db')))
    throw new UsageError(`data: ${flags.data} has no database, expected a folder of reins serve`);
  const { openStorage } = await import('../../server/storage/sqlite.ts');
  const storage = await asUsage(() => openStorage(flags.data));
  try {
    const runs = await storage.listRuns();
    const newest = await storage.latestRun();
    const chosen = flags.run === undefined ? newest : runs.find((r) => r.id === flags.run);
    if (!chosen) {
      const ids = runs.map((r) => r.id).join(', ') || 'none';
      throw new UsageError(`run: unknown id "${flags.run ?? ''}", in ${flags.data}: ${ids}`);
    }
    return await use(storage, chosen);
  } finally {
    await storage.close();
  }
}

async function run(flags: RunFlags): Promise<void> {
  const output = createOutput(flags);
  const { stop, code } = stopOnSignal();
  await withRun(flags, async (storage, chosen) => {
    let bar: Progress | undefined;
    const watch = {
      signal: stop,
      onEpisode(done: number, total: number) {
        bar ??= output.progress('exporting', total);
        bar.update(done);
      },
    };
    const out = flags.out ?? (await defaultOut(flags, chosen.id));
    try {
      const result = await write(storage, chosen, { ...flags, out }, watch);
      output.result(
        result,
        () =>
          `${result.feedback} feedback events and ${result.episodes} episodes (${result.steps} steps) in ${out}`,
      );
    } catch (error) {
      if (!stop.aborted) throw error;
      output.note(`stopped: nothing of it is in ${out}`);
      process.exitCode = code();
    } finally {
      bar?.stop();
    }
  });
}

async function defaultOut({ data, format }: RunFlags, runId: string): Promise<string> {
  if (format === 'jsonl') return join(data, 'export', runId);
  const { defaultFolder } = await import('../datasets/export-dataset.ts');
  return defaultFolder(data, runId, format);
}

async function write(
  storage: Storage,
  chosen: Run,
  { format, out, episodes, rewards }: RunFlags & { out: string },
  watch: { signal: AbortSignal; onEpisode(done: number, total: number): void },
) {
  if (format === 'jsonl') {
    if (rewards === 'learned')
      throw new UsageError('rewards: is learned, allowed environment with --format jsonl');
    const { exportRun } = await import('../export-run.ts');
    return exportRun(storage, chosen, { out, ...watch });
  }
  const { exportDataset } = await import('../datasets/export-dataset.ts');
  const options = { format, out, wanted: episodes, ...watch };
  if (rewards === 'environment') return exportDataset(storage, chosen, options);
  const { noRewardModel, withTrainer } = await import('../run-trainer.ts');
  return withTrainer(storage, chosen, (trainer) => {
    const model = trainer.rewardModel() ?? noRewardModel(chosen);
    const rewardsOf = ({ observations, actions, length }: Episode) => {
      const out = new Float32Array(length);
      model.predict(observations, actions, length, out);
      return out;
    };
    return exportDataset(storage, chosen, { ...options, rewardsOf });
  });
}
