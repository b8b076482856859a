/** The broker between a learner and actors on other machines, in every command that has it. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UsageError } from '../../experiments/errors.ts';

export interface NatsFlags {
  nats?: string;
  natsCreds?: string;
  natsNkey?: string;
  policy?: string;
}

export function natsOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--nats <url>', 'nats://…: actors on other machines act for the run').env(
        'REINS_NATS',
      ),
    )
    .addOption(
      new Option(
        '--nats-nkey <file>',
        'key (NKey seed) of this learner or actor, where the server asks for one: reins nats-keys makes them',
      ).env('REINS_NATS_NKEY'),
    )
    .addOption(
      new Option(
        '--nats-creds <file>',
        'credentials file (JWT and NKey seed), where the server asks for one',
      ).env('REINS_NATS_CREDS'),
    );
}

/** @throws UsageError for files that cannot be used, and where nothing learns */
export function natsAddress({ nats: url, natsCreds, natsNkey, policy }: NatsFlags) {
  if (url === undefined) return undefined;
  if (policy !== undefined)
    throw new UsageError('nats: actors act for a learner, allowed without --policy');
  if (natsCreds !== undefined && natsNkey !== undefined)
    throw new UsageError('nats-creds: is given beside --nats-nkey, allowed one of the two');
  if (natsNkey !== undefined) return { url, credentials: nkey(natsNkey) };
  if (natsCreds === undefined) return { url };
  return { url, credentials: { kind: 'creds', text: read('nats-creds', natsCreds) } as const };
}

/** The first line of the file that is the seed of a user, as `nk` and `nsc` write them, too. */
function nkey(file: string) {
  const text = /^SU[A-Z2-7]{56}$/m.exec(read('nats-nkey', file))?.[0];
  if (text === undefined)
    throw new UsageError(
      `nats-nkey: ${file} has no line that is a user's seed (SU… of 58 letters and digits): make one with reins nats-keys`,
    );
  return { kind: 'nkey', text } as const;
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}
