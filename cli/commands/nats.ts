/** The broker between a learner and actors on other machines, in every command that has it. */
import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { UsageError } from '../../experiments/errors.ts';

interface NatsFlags {
  nats?: string;
  natsCreds?: string;
  policy?: string;
}

export function natsOption(): Option {
  return new Option('--nats <url>', 'nats://…: actors on other machines act for the run').env(
    'REINS_NATS',
  );
}

export function credentialsOption(): Option {
  return new Option(
    '--nats-creds <file>',
    'credentials file (JWT and NKey seed), where the server asks for one',
  ).env('REINS_NATS_CREDS');
}

/** @throws UsageError for a file that cannot be read, and where nothing learns */
export function natsAddress({ nats: url, natsCreds, policy }: NatsFlags) {
  if (url === undefined) return undefined;
  if (policy !== undefined)
    throw new UsageError('nats: actors act for a learner, allowed without --policy');
  if (natsCreds === undefined) return { url };
  try {
    return { url, credentials: readFileSync(natsCreds, 'utf8') };
  } catch (error) {
    throw new UsageError(`nats-creds: ${(error as Error).message}`);
  }
}
