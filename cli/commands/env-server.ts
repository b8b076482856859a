import { Command } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { integer } from '../arguments.ts';
import { environmentFactory, environmentOptions, withExamples } from './shared.ts';

interface Flags {
  env: string;
  option: EnvironmentOptions;
  count: number;
}

/** Environments for programs in other languages: `python/` starts it. */
export function envServerCommand(): Command {
  const command = environmentOptions(new Command('env-server'))
    .description('environments for another program, over standard input and output')
    .option('--count <n>', 'copies that are stepped together', integer(1, 4096), 1)
    .action(run);
  return withExamples(command, 'reins env-server --env driving --count 64');
}

async function run({ env: id, option, count }: Flags): Promise<void> {
  const factory = await environmentFactory(id);
  const create = () => asUsage(() => createEnvironment(id, option));
  const environments = await Promise.all(Array.from({ length: count }, create));
  const { Batch } = await import('../env-server/batch.ts');
  const { serveBatch } = await import('../env-server/pipe.ts');
  serveBatch(new Batch(factory, environments), 0, 1);
  for (const env of environments) env.close();
}
