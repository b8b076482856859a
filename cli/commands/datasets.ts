/** What was answered in campaigns, as versions that never change. */
import { join } from 'node:path';
import { Command } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { Datasets } from '../../server/datasets/datasets.ts';
import { type DatasetReply, datasetWords } from '../../server/protocol/index.ts';
import { writeDataset } from '../accountability/dataset.ts';
import { type AtRun, actorOf, place, type RunFlags, signed, withRun } from './of-a-run.ts';
import { withExamples } from './shared.ts';

export function datasetsCommand(): Command {
  const command = new Command('datasets').description(
    'what was answered in a campaign, as versions with a datasheet: list, make, export, verify',
  );
  command.addCommand(listCommand(), { isDefault: true });
  for (const child of [makeCommand(), exportCommand(), verifyCommand()]) command.addCommand(child);
  return withExamples(
    command,
    'reins datasets make campaign-1a2b3c4d --by Grace',
    'reins datasets export dataset-5e6f7a8b --out ./corners-1',
    'reins datasets --data ./data',
  );
}

function listCommand(): Command {
  const command = place('list', 'datasets, newest first');
  return withExamples(
    command.action((flags: RunFlags) =>
      withDatasets(flags, async ({ run, datasets }) => {
        const all = await datasets.list();
        createOutput(flags).result({ run: run.id, datasets: all }, () => describe(all));
      }),
    ),
    'reins datasets list --data ./data --json',
  );
}

function makeCommand(): Command {
  const command = signed(
    place('make', 'keeps the answers of a campaign that count now as a version'),
  ).argument('<campaign>', 'as reins campaigns names it');
  return withExamples(
    command.action((campaign: string, flags: RunFlags) =>
      withDatasets(flags, async ({ people, datasets }) => {
        const actor = actorOf(people, flags);
        const id = await asUsage(() => datasets.make(campaign, actor, Date.now()));
        const made = await datasets.find(id);
        createOutput(flags).result(made, () => `${id}: ${datasetWords(made)}`);
      }),
    ),
    'reins datasets make campaign-1a2b3c4d',
  );
}

function exportCommand(): Command {
  const command = place('export', 'answers, datasheet and hashes as a folder')
    .argument('<dataset>', 'as list names it')
    .option('--out <folder>', 'where to write; default DATA/export/DATASET');
  return withExamples(
    command.action((id: string, flags: RunFlags & { out?: string }) =>
      withDatasets(flags, async ({ storage, run }) => {
        // Others get pseudonyms, whoever it is that made it too.
        const datasets = new Datasets({ storage, run, nameOf: (actor) => actor });
        const set = await asUsage(() => datasets.find(id));
        const { out = join(flags.data, 'export', id) } = flags;
        const files = await writeDataset(out, set, await datasets.read(id));
        const { answers } = set.sheet;
        createOutput(flags).result(
          { dataset: id, out, answers, files },
          () => `${answers} answers of ${id} in ${out}`,
        );
      }),
    ),
    'reins datasets export dataset-5e6f7a8b --out ./corners-1',
  );
}

function verifyCommand(): Command {
  const command = place('verify', 'whether every dataset is what it was made of');
  return withExamples(
    command.action((flags: RunFlags) =>
      withDatasets(flags, async ({ datasets }) => {
        const found: { dataset: string; isWhole: boolean; missing: number }[] = [];
        for (const { id } of await datasets.list()) {
          const { isWhole, missing } = await datasets.read(id);
          found.push({ dataset: id, isWhole, missing });
        }
        if (found.some(({ isWhole }) => !isWhole)) process.exitCode = 1;
        createOutput(flags).result(
          { datasets: found },
          () =>
            found
              .map(({ dataset, isWhole, missing }) =>
                isWhole
                  ? `${dataset} is whole`
                  : `${dataset} is not what it was: ${missing} answers are gone`,
              )
              .join('\n') || 'there is no dataset',
        );
      }),
    ),
    'reins datasets verify --data ./data',
  );
}

interface Work extends AtRun {
  readonly datasets: Datasets;
}

const withDatasets = (flags: RunFlags, work: (at: Work) => Promise<void>): Promise<void> =>
  withRun(flags, (at) => {
    const nameOf = (id: string) => at.people.nameOf(id);
    return work({ ...at, datasets: new Datasets({ storage: at.storage, run: at.run, nameOf }) });
  });

function describe(datasets: readonly DatasetReply[]): string {
  if (datasets.length === 0) return 'there is no dataset yet: reins datasets make CAMPAIGN';
  return table([
    ['dataset', 'campaign', 'made (UTC)', 'what is in it'],
    ...datasets.map((set) => [
      set.id,
      set.sheet.campaign.terms.name,
      new Date(set.madeAt).toISOString().slice(0, 16).replace('T', ' '),
      datasetWords(set),
    ]),
  ]);
}
