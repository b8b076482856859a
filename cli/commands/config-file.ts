/** `--config FILE`: an experiment as a file, of which flags are changes. */
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { type Experiment, readExperiment } from '../../experiments/experiment-file.ts';
import { teachSchema } from '../../experiments/train/teacher-settings.ts';
import {
  ConfigError,
  config,
  field,
  group,
  parseConfig,
  readTexts,
  suggestion,
} from '../../sim/config.ts';
import { getEnvironment } from '../../sim/registry.ts';

import { SHORTCUTS } from './shared.ts';

type Values = Record<string, unknown>;

/** What a preset is made of, as `--set` names it. */
const PARTS = ['learner', 'reward', 'queries', 'scheduler', 'activation'] as const;
/** Flags that are no keys: what they set has a key of its own. */
const NO_KEYS: readonly string[] = [
  ...SHORTCUTS,
  'option',
  'set',
  'teach',
  'takeoverRule',
  'takeoverSeconds',
  'config',
  'json',
];
/** Flags that are typed once for each value; the other lists are one text with commas. */
const REPEATABLE: readonly string[] = ['allowHost', 'allowOrigin', 'oidcAdmit', 'watch', 'webhook'];

/** A flag that replaces a setting of the file by another name. */
type SetBy = readonly [flag: string, ...path: string[]];
const SET_BY: readonly SetBy[] = [
  ['takeoverRule', 'teach', 'override', 'rule'],
  ['takeoverSeconds', 'teach', 'override', 'minSeconds'],
];

interface FileKeys {
  /** Key in the file by flag, where the flag's name means something else there. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly setBy?: readonly SetBy[];
}

/** What the flags of train, serve and bench feedback have in common. */
interface Flags {
  readonly config?: string;
  readonly env?: string;
  readonly preset?: string;
  readonly presets?: readonly string[];
  readonly option?: Values;
  readonly set: Values;
  readonly teach?: Values;
}

/** The option `--config`. Its file is read before the command runs, and becomes the values of flags that were not typed. */
export function configOption(command: Command, keys: FileKeys = {}): Command {
  return command
    .option('--config <file>', 'an experiment (JSON or TypeScript); flags are changes to it')
    .hook('preAction', (_parent, command) => takeFile(command, keys));
}

async function takeFile(command: Command, keys: FileKeys): Promise<void> {
  const typed = command.opts<Flags>();
  if (typed.config === undefined) return;
  const objects = [
    ...(typed.option ? ['options'] : []),
    ...PARTS,
    ...(typed.teach ? ['teach'] : []),
  ];
  const flags: Values = { options: typed.option, ...typed.set, teach: typed.teach };
  const changes = Object.entries(flags).filter(([name]) => objects.includes(name));
  const file = await readExperiment(typed.config, Object.fromEntries(changes));
  takeValues(command, file, optionsByKey(command, keys), objects);
  const settings = settingsOf(command, file, objects, [...SET_BY, ...(keys.setBy ?? [])]);
  await checkSettings(command.opts<Flags>(), file, settings);
  const { options, teach, ...set } = settings;
  const take = (name: string, value: unknown) =>
    command.setOptionValueWithSource(name, value, 'config');
  if (options) take('option', options);
  if (teach) take('teach', teach);
  take('set', { ...typed.set, ...set }); // parts that no preset has are refused as without a file
}

/** Keys are the names of the command's flags in camelCase. */
function optionsByKey(command: Command, { renamed = {} }: FileKeys): Map<string, Option> {
  const keys = command.options.filter((option) => !NO_KEYS.includes(option.attributeName()));
  return new Map(
    keys.map((option) => [renamed[option.attributeName()] ?? option.attributeName(), option]),
  );
}

/** Values of flags that were not typed. @throws UsageError for unknown keys and bad values, naming the file. */
function takeValues(
  command: Command,
  file: Experiment,
  options: ReadonlyMap<string, Option>,
  objects: readonly string[],
): void {
  const allowed = ['extends', ...options.keys(), ...objects];
  for (const [key, value] of Object.entries(file.values)) {
    if (objects.includes(key)) continue;
    const where = `${file.fileOf([key])}: ${key}`;
    const option = options.get(key);
    if (!option)
      throw new UsageError(
        `${where}: unknown, allowed ${allowed.join(', ')}${suggestion(key, allowed)}`,
      );
    const parsed = parsedValue(option, value, where);
    const name = option.attributeName();
    const isGiven = ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '');
    if (!isGiven) command.setOptionValueWithSource(name, parsed, 'config');
  }
}

/** The value as the flag's own parser takes it: lists by comma. */
function parsedValue(option: Option, value: unknown, where: string): unknown {
  if (option.isBoolean() || option.negate) {
    if (typeof value === 'boolean') return value;
    throw new UsageError(`${where}: is ${JSON.stringify(value)}, allowed true or false`);
  }
  const words = Array.isArray(value) ? value : [value];
  if (!words.every((word) => typeof word === 'string' || typeof word === 'number'))
    throw new UsageError(
      `${where}: is ${JSON.stringify(value)}, allowed numbers or texts as for the option of this name`,
    );
  const text = words.join(',');
  if (option.argChoices && !option.argChoices.includes(text))
    throw new UsageError(
      `${where}: is "${text}", allowed ${option.argChoices.join(', ')}${suggestion(text, option.argChoices)}`,
    );
  const parse = option.parseArg ?? ((word: string) => word);
  try {
    if (REPEATABLE.includes(option.attributeName()))
      return words.reduce<unknown>((list, word) => parse(String(word), list), []);
    return parse(text, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${where}: ${error.message}`);
    throw error;
  }
}

/** The objects of file and flags, without what another flag replaces. */
function settingsOf(
  command: Command,
  file: Experiment,
  names: readonly string[],
  setBy: readonly SetBy[],
): Values {
  const given = names.filter((name) => file.values[name] !== undefined);
  let settings: Values = Object.fromEntries(given.map((name) => [name, file.values[name]]));
  for (const [flag, ...path] of setBy)
    if (command.getOptionValueSource(flag) === 'cli' && file.fileOf(path))
      settings = without(settings, path);
  return settings;
}

function without(from: Values, [key = '', ...rest]: readonly string[]): Values {
  const { [key]: value, ...others } = from;
  if (rest.length === 0) return others;
  return isObject(value) ? { ...from, [key]: without(value, rest) } : from;
}

/** @throws UsageError naming field, value, what is allowed, and the file that said it. */
async function checkSettings(flags: Flags, file: Experiment, settings: Values): Promise<void> {
  const { env, preset, presets = preset === undefined ? [] : [preset] } = flags;
  const { configSchema, partFields } = await import('../../experiments/config-schema.ts'); // learners: not for --help
  const environment = env === undefined ? undefined : await asUsage(() => getEnvironment(env));
  for (const id of presets) {
    const schema = await asUsage(() =>
      config({
        ...(env === undefined ? partFields(id) : configSchema(id, env).shape),
        teach: field(group(teachSchema), {}, 'Character of the teachers.'),
      }),
    );
    const { options } = settings;
    const read =
      environment && isObject(options)
        ? { ...settings, options: readTexts(environment.options, options) }
        : settings;
    try {
      parseConfig('', schema, read);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const name = file.fileOf(error.path);
      throw new UsageError(name === undefined ? error.message : `${name}: ${error.message}`);
    }
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
