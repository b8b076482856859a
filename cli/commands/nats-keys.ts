import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../experiments/errors.ts';
import type { Role } from '../../server/nats/access.ts';
import { withExamples } from './shared.ts';

/** The part of the server's configuration. */
const CONFIGURATION = 'access.conf';

export function natsKeysCommand(): Command {
  const command = new Command('nats-keys')
    .description(
      'keys for learners, actors and gateways, and the configuration of nats-server that allows each its subjects',
    )
    .option('--out <folder>', 'keys that are there already are kept', './nats')
    .action(makeKeys);
  return withExamples(command, 'reins nats-keys', 'reins nats-keys --out deploy/keys');
}

async function makeKeys({ out }: { out: string }): Promise<void> {
  const { accessConfiguration, createKey, publicKeyOf, ROLES } = await import(
    '../../server/nats/access.ts'
  );
  mkdirSync(out, { recursive: true });
  const publicKey = (role: string) => {
    const file = join(out, `${role}.nk`);
    // Nobody else may read it; one that is there is not touched, also when two of us are at it.
    if (!existsSync(file)) writeFileSync(file, `${createKey()}\n`, { mode: 0o600, flag: 'wx' });
    try {
      return publicKeyOf(readFileSync(file, 'utf8').trim());
    } catch (error) {
      throw new UsageError(
        `out: ${file} is no key (${(error as Error).message}): delete it, and a new one is made`,
      );
    }
  };
  const publicKeys = Object.fromEntries(ROLES.map((role) => [role, publicKey(role)] as const));
  const configuration = join(out, CONFIGURATION);
  writeFileSync(configuration, accessConfiguration(publicKeys as Record<Role, string>));
  process.stdout.write(
    [
      `${configuration}: who may do what; nats-server -js -c ${configuration}`,
      ...ROLES.map((role) => `${join(out, `${role}.nk`)}: for reins ${role} --nats-nkey`),
      '',
    ].join('\n'),
  );
}
