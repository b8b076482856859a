/** Options that several commands share. */
import type { Command } from 'commander';
import type { EnvironmentFactory } from '../../../sim/contract.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { setting } from '../arguments.ts';
import { asUsage } from '../errors.ts';

export const BACKENDS = ['native', 'wasm', 'cpu'] as const;

/** Help text that ends with examples. */
export function withExamples(command: Command, ...examples: string[]): Command {
  return command.addHelpText(
    'after',
    `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`,
  );
}

export function jsonOption(command: Command): Command {
  return command.option('--json', 'print exactly one JSON document on stdout', false);
}

export function environmentOptions(command: Command, fallback = 'driving'): Command {
  return command
    .option('--env <id>', 'environment (see reins envs)', fallback)
    .option('--option <name=value>', 'option of the environment, repeatable', setting, {});
}

/** @throws UsageError that lists the known ids. */
export function environmentFactory(id: string): Promise<EnvironmentFactory> {
  return asUsage(() => getEnvironment(id));
}
