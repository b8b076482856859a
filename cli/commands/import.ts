/** `reins import`: data sets of other programs. */
import { mkdirSync } from 'node:fs';
import { Command, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import type { ReaderName } from '../datasets/import-dataset.ts';
import { environmentFactory, environmentOptions, jsonOption, withExamples } from './shared.ts';

/** Tried by the tests against the readers that there are. */
export const READER_NAMES = ['lerobot', 'minari', 'imitation'] as const;

interface ImportFlags {
  data: string;
  format?: ReaderName;
  run?: string;
  preset: string;
  json: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description(
      "make a run of another program's data set: states, actions and rewards, without pictures",
    )
    .argument('<folder>', 'the data set')
    .addOption(
      new Option('--format <name>', 'of the data set, see docs/formats').choices([...READER_NAMES]),
    )
    .option('--data <folder>', 'data folder that the run goes into', './data')
    .option('--run <id>', "id of the run; default: the exported run's, or the folder's name")
    .option('--preset <id>', 'of a run that is not of ours: how its rewards are learned', 'reins');
  command.enablePositionalOptions().addCommand(policyImport());
  jsonOption(command).action((folder: string, flags: ImportFlags) => run(folder, flags));
  return withExamples(
    command,
    'reins import --format lerobot ./pick-and-place --data ./data',
    'reins import --format minari ~/.minari/datasets/D4RL/pen/human-v2 --json',
  );
}

interface PolicyFlags {
  env: string;
  option: Readonly<Record<string, unknown>>;
  out?: string;
  json: boolean;
}

function policyImport(): Command {
  const command = environmentOptions(new Command('policy'))
    .description(
      'make a policy file of an ONNX model, or of a zip of Stable-Baselines3 (MlpPolicy of PPO, A2C, SAC, TD3, DDPG)',
    )
    .argument(
      '<file>',
      'ends in .onnx: layers, observation in, action out; else a zip: acts as predict(deterministic=True), without VecNormalize',
    )
    .option('--out <file>', "where to write; default: the file's name with .policy");
  jsonOption(command).action((file: string, flags: PolicyFlags) => policy(file, flags));
  return withExamples(
    command,
    'reins import policy ppo.zip --env half-cheetah --out ppo.policy',
    'reins import policy driver.onnx --env driving',
    'reins eval --env half-cheetah --policy ppo.policy',
  );
}

async function policy(file: string, flags: PolicyFlags): Promise<void> {
  const { formatOf, readAnyPolicy } = await import('../any-policy.ts');
  const { namesOf, writePolicyFile } = await import('../../experiments/policy-file.ts');
  const factory = await environmentFactory(flags.env);
  const env = await asUsage(() => factory.create(flags.option));
  env.close();
  const importedFrom = formatOf(file);
  if (importedFrom === 'reins')
    throw new UsageError(`policy: ${file} is a policy file already, allowed .onnx or a zip`);
  const snapshot = await readAnyPolicy(file, env);
  const out = flags.out ?? file.replace(/(\.zip|\.onnx)?$/, '.policy');
  const meta = { importedFrom };
  const { size: observationSize } = env.observationSpace;
  const observationNames = namesOf(env.observationSpace);
  const environmentId = flags.env;
  writePolicyFile(out, { environmentId, observationSize, observationNames, snapshot, meta });
  const layers = snapshot.layers.map(({ inputs, outputs }) => `${inputs}x${outputs}`).join(' ');
  createOutput(flags).result({ out, env: flags.env, layers }, () => `${layers} in ${out}`);
}

async function run(folder: string, flags: ImportFlags): Promise<void> {
  const { format } = flags;
  if (!format) throw new UsageError(`format: is missing, allowed ${READER_NAMES.join(', ')}`);
  const { importDataset } = await import('../datasets/import-dataset.ts');
  const { openStorage } = await import('../../server/storage/sqlite.ts');
  mkdirSync(flags.data, { recursive: true });
  const storage = await asUsage(() => openStorage(flags.data));
  try {
    const { run: id, preset } = flags;
    const now = Date.now();
    const result = await asUsage(() => importDataset(storage, { format, folder, id, preset, now }));
    createOutput(flags).result(
      result,
      () =>
        `run ${result.run}: ${result.episodes} episodes (${result.steps} steps), ${result.feedback} feedback events` +
        (result.rounded > 0 ? `; ${result.rounded} numbers were rounded to float32` : ''),
    );
  } finally {
    await storage.close();
  }
}
