/** `reins import`: data sets of other programs. */
import { mkdirSync } from 'node:fs';
import { Command, Option } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import type { ReaderName } from '../datasets/import-dataset.ts';
import { jsonOption, withExamples } from './shared.ts';

/** Tried by the tests against the readers that there are. */
export const READER_NAMES = ['lerobot', 'minari', 'imitation'] as const;

interface ImportFlags {
  data: string;
  format: ReaderName;
  run?: string;
  json: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description(
      "make a run of another program's data set: states, actions and rewards, without pictures",
    )
    .argument('<folder>', 'the data set')
    .addOption(
      new Option('--format <name>', 'of the data set, see docs/formats')
        .choices([...READER_NAMES])
        .makeOptionMandatory(),
    )
    .option('--data <folder>', 'data folder that the run goes into', './data')
    .option('--run <id>', "id of the run; default: the exported run's, or the folder's name");
  jsonOption(command).action((folder: string, flags: ImportFlags) => run(folder, flags));
  return withExamples(
    command,
    'reins import --format lerobot ./pick-and-place --data ./data',
    'reins import --format minari ~/.minari/datasets/D4RL/pen/human-v2 --json',
  );
}

async function run(folder: string, flags: ImportFlags): Promise<void> {
  const { importDataset } = await import('../datasets/import-dataset.ts');
  const { openStorage } = await import('../../server/storage/sqlite.ts');
  mkdirSync(flags.data, { recursive: true });
  const storage = await asUsage(() => openStorage(flags.data));
  try {
    const { format, run: id } = flags;
    const now = Date.now();
    const result = await asUsage(() => importDataset(storage, { format, folder, id, now }));
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
