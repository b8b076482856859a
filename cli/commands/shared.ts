/** Options that several commands share. */
import type { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import type { EnvironmentFactory } from '../../sim/contract.ts';
import { getEnvironment } from '../../sim/registry.ts';
import { setting } from '../arguments.ts';

type Values = Readonly<Record<string, unknown>>;

export const BACKENDS = ['onnx', 'native', 'wasm', 'cpu'] as const;

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
    .option('--road <file>', 'roads of yours, OpenDRIVE or SUMO .net.xml (driving)')
    .option('--route <ids>', 'roads to drive in order, with --road, e.g. 12,40')
    .option('--compat <name>', 'metadrive or safe-metadrive: as in MetaDrive 0.4.3 (driving)')
    .option('--mjcf <file>', 'a robot model of yours: the environment is then mjcf')
    .option('--mjcf-root <folder>', 'folder that holds all files of the model, with --mjcf')
    .option(
      '--actuate <kind>',
      'position or motor: actuators for joints that have none, with --mjcf',
    )
    .option('--task <file>', 'what the model is to do (JSON or TypeScript), with --mjcf')
    .hook('preAction', (_parent, command) => takeShortcuts(command));
}

/** Flags that are short for options of the environment of the same name. */
export const SHORTCUTS = [
  'map',
  'blocks',
  'road',
  'route',
  'compat',
  'mjcf',
  'mjcfRoot',
  'actuate',
  'task',
] as const;
const OF_A_MODEL: readonly string[] = ['mjcfRoot', 'actuate', 'task'];

/**
 * `--mjcf` is also short for `--env mjcf`.
 * @throws UsageError where a flag and what it is short for differ, and without a model for what goes with one.
 */
function takeShortcuts(command: Command): void {
  const flags = command.opts<
    Partial<Record<(typeof SHORTCUTS)[number], string>> & { env: string; option: Values }
  >();
  const { env, option } = flags;
  if (flags.mjcf !== undefined) {
    if (command.getOptionValueSource('env') === 'cli' && env !== 'mjcf')
      throw new UsageError(`env: is ${env}, allowed mjcf with --mjcf`);
    command.setOptionValueWithSource('env', 'mjcf', 'cli');
  }
  const given = SHORTCUTS.filter((name) => flags[name] !== undefined);
  for (const name of given) {
    const { [name]: value } = flags;
    // A file may say which model.
    const isLost = flags.mjcf === undefined && env !== 'mjcf' && !command.getOptionValue('config');
    if (isLost && OF_A_MODEL.includes(name))
      throw new UsageError(`${dashed(name)}: needs --mjcf, the model it is for`);
    if (option[name] !== undefined && String(option[name]) !== value)
      throw new UsageError(
        `${name}: is ${value} by --${dashed(name)} and ${option[name]} by --option, allowed only one of the two`,
      );
  }
  const short = Object.fromEntries(given.map((name) => [name, flags[name]]));
  if (given.length > 0) command.setOptionValueWithSource('option', { ...option, ...short }, 'cli');
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** @throws UsageError that lists the known ids. */
export function environmentFactory(id: string): Promise<EnvironmentFactory> {
  return asUsage(() => getEnvironment(id));
}
