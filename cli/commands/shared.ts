/** Options that several commands share. */
import type { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import type { EnvironmentFactory } from '../../sim/contract.ts';
import { getEnvironment } from '../../sim/registry.ts';
import { setting } from '../arguments.ts';

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
    .option('--option <name=value>', 'option of the environment, repeatable', setting, {})
    .option('--map <letters>', 'blocks of the road by name, e.g. SCXTO (driving)')
    .option('--blocks <n>', 'how many blocks of road (driving)')
    .option('--mjcf <file>', 'a robot model of yours: the environment is then mjcf')
    .option('--mjcf-root <folder>', 'folder that holds all files of the model, with --mjcf')
    .option(
      '--actuate <kind>',
      'position or motor: actuators for joints that have none, with --mjcf',
    )
    .option('--task <file>', 'what the model is to do (JSON or TypeScript), with --mjcf')
    .hook('preAction', (_parent, command) => {
      takeRoad(command);
      takeModel(command);
    });
}

/** `--map` and `--blocks` are short for options of the same name. */
function takeRoad(command: Command): void {
  const { map, blocks, option } = command.opts<{
    map?: string;
    blocks?: string;
    option: Record<string, unknown>;
  }>();
  const road = {
    ...(map === undefined ? {} : { map }),
    ...(blocks === undefined ? {} : { blocks }),
  };
  if (Object.keys(road).length > 0) command.setOptionValue('option', { ...option, ...road });
}

/** `--mjcf` and what goes with it are short for the environment `mjcf` and its options. @throws UsageError without --mjcf. */
function takeModel(command: Command): void {
  const { mjcf, mjcfRoot, actuate, task, option } = command.opts<{
    mjcf?: string;
    mjcfRoot?: string;
    actuate?: string;
    task?: string;
    option: Record<string, unknown>;
  }>();
  if (mjcf === undefined) {
    if (task !== undefined) throw new UsageError('task: needs --mjcf, the model it is for');
    if (actuate !== undefined) throw new UsageError('actuate: needs --mjcf, the model');
    if (mjcfRoot !== undefined) throw new UsageError('mjcf-root: needs --mjcf, the model');
    return;
  }
  const model = {
    mjcf,
    ...(mjcfRoot === undefined ? {} : { mjcfRoot }),
    ...(actuate === undefined ? {} : { actuate }),
    ...(task === undefined ? {} : { task }),
  };
  command.setOptionValue('env', 'mjcf');
  command.setOptionValue('option', { ...option, ...model });
}

/** @throws UsageError that lists the known ids. */
export function environmentFactory(id: string): Promise<EnvironmentFactory> {
  return asUsage(() => getEnvironment(id));
}
