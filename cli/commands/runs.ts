import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { jsonOption, withExamples } from './shared.ts';

export interface PlaceFlags extends RecordFlags {
  data: string;
}

interface Flags extends PlaceFlags {
  json: boolean;
}

/** Of `withRecord`. */
export interface RecordFlags {
  database?: string;
  blobs?: string;
  blobsEndpoint?: string;
}

export function runsCommand(): Command {
  const command = new Command('runs').description('list, rename or delete the runs of a folder');
  command.addCommand(listCommand(), { isDefault: true });
  command.addCommand(renameCommand());
  command.addCommand(deleteCommand());
  return withExamples(
    command,
    'reins runs --data ./data',
    'reins runs rename run-1a2b3c4d "first try" --data ./data',
    'reins runs delete run-1a2b3c4d --yes --data ./data',
  );
}

/** `--data`, `--database` with its store, and `--json`. */
export function dataOption(command: Command): Command {
  command.option('--data <folder>', 'data folder of the server', './data');
  return jsonOption(withRecord(command));
}

/** The same options in every command that reads what a server wrote. */
export function withRecord(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--database <url>',
        'postgres://…: where everything is kept, in place of the folder',
      ).env('REINS_DATABASE'),
    )
    .addOption(
      new Option(
        '--blobs <url>',
        's3://BUCKET/PREFIX: where a database has its episodes and checkpoints; keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      )
        .env('REINS_BLOBS')
        .argParser((given) => given || undefined), // of a compose file that passes on what is not set
    )
    .option(
      '--blobs-endpoint <url>',
      'http(s)://HOST:PORT of that store; default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or Amazon’s in AWS_REGION',
    );
}

function listCommand(): Command {
  const command = new Command('list').description('the runs of a folder, newest first');
  return withExamples(
    dataOption(command).action((flags: Flags) =>
      inPlace(flags, async (storage) => {
        const rows = await Promise.all((await storage.listRuns()).map((r) => summary(storage, r)));
        createOutput(flags).result({ runs: rows }, () => describe(rows));
      }),
    ),
    'reins runs list --data ./data --json',
  );
}

function renameCommand(): Command {
  const command = new Command('rename').description('give a run a name');
  command.argument('<run>', 'id or name').argument('<name>', 'new name');
  return withExamples(
    dataOption(command).action((given: string, name: string, flags: Flags) =>
      alone(flags, async (storage) => {
        const run = await findRun(storage, given);
        await storage.claimRun(run.id);
        await storage.describeRun(run.id, { name });
        createOutput(flags).result({ run: run.id, name }, () => `${run.id} is "${name}" now`);
      }),
    ),
    'reins runs rename run-1a2b3c4d "first try"',
  );
}

function deleteCommand(): Command {
  const command = new Command('delete').description('delete a run with all that belongs to it');
  command.argument('<run>', 'id or name').option('--yes', 'do it', false);
  return withExamples(
    dataOption(command).action((given: string, flags: Flags & { yes: boolean }) =>
      alone(flags, async (storage) => {
        const run = await findRun(storage, given);
        await storage.claimRun(run.id);
        const { feedback, episodes } = await summary(storage, run);
        if (!flags.yes)
          throw new UsageError(
            `yes: is not given; ${run.id} with ${feedback} answers and ${episodes} episodes goes for good with --yes`,
          );
        await storage.deleteRun(run.id);
        createOutput(flags).result({ run: run.id, deleted: true }, () => `${run.id} is deleted`);
      }),
    ),
    'reins runs delete run-1a2b3c4d --yes',
  );
}

export async function inFolder(
  data: string,
  work: (storage: Storage) => Promise<void>,
): Promise<void> {
  if (!existsSync(join(data, 'reins.db')))
    throw new UsageError(`data: ${data} has no database, expected a folder of reins serve`);
  const { openStorage } = await import('../../server/storage/sqlite.ts');
  const storage = await asUsage(() => openStorage(data));
  try {
    await work(storage);
  } finally {
    await storage.close();
  }
}

/** In the database where one is given, else in the folder. */
export async function inPlace(
  { data, database, blobs, blobsEndpoint }: PlaceFlags,
  work: (storage: Storage) => Promise<void>,
): Promise<void> {
  const { expectDatabase, openPlace } = await import('../../server/storage/open.ts');
  await asUsage(() => expectDatabase({ database, blobs }));
  if (database === undefined) return inFolder(data, work);
  const storage = await asUsage(() => openPlace({ folder: data, database, blobs, blobsEndpoint }));
  try {
    await asUsage(() => work(storage));
  } finally {
    await storage.close();
  }
}

/** No server works in the folder meanwhile; in a database runs are claimed one by one. */
export async function alone(
  flags: PlaceFlags,
  work: (storage: Storage) => Promise<void>,
): Promise<void> {
  const { data, database } = flags;
  const { lockFolder } = await import('../../server/storage/lock.ts');
  if (database !== undefined || !existsSync(data)) return inPlace(flags, work);
  const lock = await asUsage(() => lockFolder(data));
  try {
    await inFolder(data, work);
  } finally {
    lock.release();
  }
}

export async function findRun(storage: Storage, given: string): Promise<Run> {
  const runs = await storage.listRuns();
  const found = runs.find((run) => run.id === given || run.name === given);
  if (found) return found;
  const ids = runs.map((run) => run.id).join(', ') || 'none';
  throw new UsageError(`run: unknown id "${given}", allowed ${ids}`);
}

async function summary(storage: Storage, run: Run) {
  const { id, name, environmentId, preset, seed, createdAt } = run;
  const episodes = await storage.listEpisodes(id, Number.MAX_SAFE_INTEGER);
  const feedback = await storage.countFeedback(id);
  return {
    id,
    name: name ?? null,
    environment: environmentId,
    preset,
    seed,
    createdAt: new Date(createdAt).toISOString(),
    feedback,
    episodes: episodes.length,
  };
}

function describe(rows: readonly Awaited<ReturnType<typeof summary>>[]): string {
  if (rows.length === 0) return 'no runs';
  return table([
    ['run', 'name', 'environment', 'preset', 'seed', 'began', 'answers', 'episodes'],
    ...rows.map((r) => [
      r.id,
      r.name ?? '',
      r.environment,
      r.preset,
      String(r.seed),
      r.createdAt.slice(0, 16),
      String(r.feedback),
      String(r.episodes),
    ]),
  ]);
}
