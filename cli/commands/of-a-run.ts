/** What commands share that decide about one run, beside its server or without it. */
import { Command } from 'commander';
import { UsageError } from '../../experiments/errors.ts';
import { People } from '../../server/people/people.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { supervisor } from '../accountability/supervisor.ts';
import { findRun, inPlace, type PlaceFlags, withRecord } from './runs.ts';
import { jsonOption } from './shared.ts';

export interface RunFlags extends PlaceFlags {
  run?: string;
  by?: string;
  json: boolean;
}

export function place(name: string, description: string): Command {
  const command = withRecord(
    new Command(name)
      .description(`${description}; may run beside the server`)
      .option('--data <folder>', 'data folder of the server', './data'),
  ).option('--run <id>', 'run, by id or name; default: the newest');
  return jsonOption(command);
}

/** Of what somebody has to answer for. */
export const signed = (command: Command): Command =>
  command.option('--by <name>', 'supervisor who does it, where there are accounts');

export interface AtRun {
  readonly storage: Storage;
  readonly run: Run;
  readonly people: People;
}

export function withRun(flags: RunFlags, work: (at: AtRun) => Promise<void>): Promise<void> {
  return inPlace(flags, async (storage) => {
    const run =
      flags.run === undefined ? await storage.latestRun() : await findRun(storage, flags.run);
    if (!run) throw new UsageError(`run: ${flags.data} has none`);
    await work({ storage, run, people: await People.open(storage) });
  });
}

export const actorOf = (people: People, { by }: RunFlags): string =>
  people.areNamed ? supervisor(people, 'by', by) : 'command';
