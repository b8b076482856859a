/**
 * Configurations. Each is one strict zod object whose fields carry type, range, default and one line of
 * documentation; the check at the border, the help and the JSON Schema all come from it:
 *
 *   const demoSchema = config({
 *     members: field(whole(1, 32), 3, 'Networks of the ensemble.'),
 *     output: field(choice(['tanh', 'linear']), 'tanh', 'Activation of the last layer.'),
 *     mapSeed: optional(whole(0, 1000), 'Every episode uses this map.'),
 *   });
 *   type DemoConfig = Config<typeof demoSchema>;
 *   parseConfig('demo', demoSchema, { members: 0 }); // demo.members: is 0, allowed whole numbers 1 to 32
 */
import { z } from 'zod';
import { closest } from './closest.ts';

/** Values that a field may have. */
export interface Kind<T> {
  readonly schema: z.ZodType<T>;
  readonly name: 'number' | 'whole number' | 'flag' | 'choice' | 'text' | 'list' | 'group' | 'rule';
  /** The text after "allowed" in an error, e.g. `whole numbers 1 to 32`. */
  readonly allowed: string;
  /** Words among the values. */
  readonly words?: readonly string[];
  /** group: the fields within. */
  readonly group?: ConfigSchema;
}

interface Described extends Kind<unknown> {
  readonly doc: string;
}

export type ConfigSchema = z.ZodObject<z.core.$ZodLooseShape, z.core.$strict>;
export type Config<S extends ConfigSchema> = Readonly<z.output<S>>;

const described = new WeakMap<object, Described>();

function describe<S extends z.ZodType>(schema: S, info: Described): S {
  const named = schema.describe(info.doc);
  described.set(named, info);
  return named;
}

/** A number in [low, high]; a `high` of Infinity allows Infinity itself, in JSON the text "Infinity". */
export function number(low: number, high: number): Kind<number> {
  return { schema: bounded(z.number(), low, high), name: 'number', allowed: `${low} to ${high}` };
}

export function whole(low: number, high: number): Kind<number> {
  // zod's `int` stops at safe integers; some budgets do not.
  const schema = bounded(z.number().multipleOf(1), low, high);
  return { schema, name: 'whole number', allowed: `whole numbers ${low} to ${high}` };
}

function bounded(finite: z.ZodNumber, low: number, high: number): z.ZodType<number> {
  if (high < Number.POSITIVE_INFINITY) return finite.min(low).max(high);
  const infinite = z.literal([Number.POSITIVE_INFINITY, 'Infinity']);
  return z.union([finite.min(low), infinite.transform(() => Number.POSITIVE_INFINITY)]);
}

/** A number in [low, high], or a word in its place, e.g. 'auto'. */
export function numberOr<const W extends string>(
  word: W,
  low: number,
  high: number,
): Kind<number | W> {
  const { schema, allowed } = number(low, high);
  return {
    schema: z.union([z.literal(word), schema]),
    name: 'number',
    allowed: `${allowed}, or ${word}`,
    words: [word],
  };
}

export const flag: Kind<boolean> = {
  schema: z.boolean(),
  name: 'flag',
  allowed: 'true or false',
};

/** A text; `what` describes it in errors, e.g. `the path of a file`. */
export function text(what: string): Kind<string> {
  return { schema: z.string().min(1), name: 'text', allowed: what };
}

export function choice<const W extends string>(words: readonly W[]): Kind<W> {
  return { schema: z.enum(words), name: 'choice', allowed: words.join(', '), words };
}

/** Of `least` to `most` entries. */
export function list<T>(kind: Kind<T>, least = 0, most = 64): Kind<readonly T[]> {
  return {
    schema: z.array(kind.schema).min(least).max(most),
    name: 'list',
    allowed: `a list of ${least === 0 ? 'up to' : `${least} to`} ${most}: ${kind.allowed}`,
  };
}

/** Fields of their own, each with its own default. */
export function group<S extends ConfigSchema>(schema: S): Kind<Config<S>> {
  const allowed = `an object of ${Object.keys(schema.shape).join(', ')}`;
  return {
    schema: schema as unknown as z.ZodType<Config<S>>,
    name: 'group',
    allowed,
    group: schema,
  };
}

/** A value that a function of its own checks: it complains of what is wrong, and where within the value. */
export function checked<T>(how: {
  readonly name: Kind<T>['name'];
  readonly allowed: string;
  readonly check: (
    given: unknown,
    complain: (message: string, path: readonly (string | number)[]) => void,
  ) => void;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}): Kind<T> {
  const { name, allowed, check, jsonSchema } = how;
  const schema = z
    .unknown()
    .check(({ value, issues }) =>
      check(value, (message, path) =>
        issues.push({ code: 'custom', message, path: [...path], input: value }),
      ),
    );
  return { schema: schema.meta(jsonSchema) as unknown as z.ZodType<T>, name, allowed };
}

/** A field with a default. A group's default `{}` stands for the defaults of its fields. */
export function field<T>(
  kind: Kind<T>,
  fallback: NoInfer<T> | (Kind<T>['group'] extends undefined ? never : Record<string, never>),
  doc: string,
): z.ZodDefault<z.ZodType<T>> {
  const schema = kind.group
    ? (z.prefault(kind.schema, fallback as never) as unknown as z.ZodDefault<z.ZodType<T>>)
    : z._default(kind.schema, fallback as never);
  return describe(schema, { ...kind, doc });
}

/** A field that may be absent. */
export function optional<T>(kind: Kind<T>, doc: string): z.ZodExactOptional<z.ZodType<T>> {
  return describe(z.exactOptional(kind.schema), { ...kind, doc });
}

/** A field that must be given. */
export function required<T>(kind: Kind<T>, doc: string): z.ZodType<T> {
  return describe(kind.schema, { ...kind, doc });
}

export function config<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape);
}

/** What a configuration cannot be. */
export class ConfigError extends RangeError {
  /** Keys from the configuration to the field. */
  readonly path: readonly string[];

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path;
  }
}

/**
 * @param where what is configured: the first part of the names in errors; '': none.
 * @throws ConfigError, a RangeError, naming field, value and what is allowed.
 */
export function parseConfig<S extends ConfigSchema>(
  where: string,
  schema: S,
  given: unknown,
): Config<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data as Config<S>;
  throw explain(where, schema, given, result.error.issues[0]!);
}

/** The schema with other defaults; those that are objects change a group in part. Checks across fields stay. */
export function withDefaults<S extends ConfigSchema>(
  schema: S,
  defaults: Readonly<Record<string, unknown>>,
): S {
  const changed = Object.entries(defaults).map(([key, value]) => {
    const info = described.get(schema.shape[key]);
    if (!info) throw new Error(`${key}: is no field of the configuration`);
    if (!info.group) return [key, field<unknown>(info, value, info.doc)];
    const inner = withDefaults(info.group, value as Record<string, unknown>);
    return [key, field(group(inner), {}, info.doc)];
  });
  return schema.safeExtend(Object.fromEntries(changed)) as unknown as S;
}

/** The configuration with every field at its default. */
export function defaultsOf<S extends ConfigSchema>(schema: S): Config<S> {
  return parseConfig('defaults', schema, {});
}

function explain(
  where: string,
  schema: ConfigSchema,
  given: unknown,
  issue: z.core.$ZodIssue,
): ConfigError {
  const path: string[] = [];
  let value = given;
  let inside: ConfigSchema | undefined = schema;
  let found: Described | undefined;
  for (const key of issue.path) {
    if (!inside) {
      if (issue.code !== 'custom') break; // an entry of a list: the error shows the whole list
      path.push(String(key));
      continue;
    }
    found = described.get(inside.shape[String(key)]);
    path.push(String(key));
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    inside = found?.group;
  }
  const error = (text: string) => {
    const name = [...(where === '' ? [] : [where]), ...path].join('.');
    return new ConfigError(name === '' ? text : `${name}: ${text}`, path);
  };
  if (issue.code === 'unrecognized_keys' && inside) {
    const names = Object.keys(inside.shape);
    const unknown = issue.keys[0]!;
    path.push(unknown);
    const allowed = names.length > 0 ? `allowed ${names.join(', ')}` : 'no options are allowed';
    return error(`unknown, ${allowed}${suggestion(unknown, names)}`);
  }
  // A check across fields words its own error: it also knows the defaults of fields that were not given.
  if (issue.code === 'custom') return error(issue.message);
  const allowed = found ? found.allowed : group(schema).allowed;
  const near = typeof value === 'string' ? suggestion(value, found?.words ?? []) : '';
  return error(`is ${shown(value)}, allowed ${allowed}${near}`);
}

/** As the end of a sentence; '' where nothing is near. */
export function suggestion(word: string, words: readonly string[]): string {
  const near = closest(word, words);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}

/** One field, for people to read; the fields of a group have dotted names. */
export interface FieldRow {
  readonly name: string;
  readonly type: Kind<unknown>['name'];
  readonly allowed: string;
  /** undefined: absent unless given; as JSON writes it. */
  readonly fallback: unknown;
  readonly required: boolean;
  readonly doc: string;
}

export function fieldRows(schema: ConfigSchema, prefix = ''): FieldRow[] {
  return Object.entries(schema.shape).flatMap(([key, member]) => {
    const info = described.get(member);
    if (!info) throw new Error(`${prefix}${key}: was not made by field or optional`);
    const { name: type, allowed, doc, group: inner } = info;
    const name = `${prefix}${key}`;
    const fallback = inJson(z.safeParse(member, undefined).data);
    const required = member._zod.optin === undefined;
    const row = { name, type, allowed, fallback, required, doc };
    return inner ? [{ ...row, allowed: 'an object' }, ...fieldRows(inner, `${name}.`)] : [row];
  });
}

/** JSON has no Infinity: it is written as a text. */
function inJson(value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inJson(inner)]));
}

/** zod's JSON Schema of what may be given; JSON writes Infinity as the text "Infinity". */
export function jsonSchemaOf(schema: ConfigSchema): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'literal' && def.values.includes(Number.POSITIVE_INFINITY)) {
        for (const key of Object.keys(jsonSchema))
          delete (jsonSchema as Record<string, unknown>)[key];
        jsonSchema.const = 'Infinity';
      }
      if (def.type === 'default' && def.defaultValue === Number.POSITIVE_INFINITY)
        jsonSchema.default = 'Infinity';
    },
  }) as Record<string, unknown>;
}

/** `given` with texts turned into the numbers and flags that the fields expect, as a command line writes them. */
export function readTexts(
  schema: ConfigSchema,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const read = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string' || !Object.hasOwn(schema.shape, key)) return value;
    const kind = described.get(schema.shape[key])?.name;
    if (kind === 'flag') return value === 'true' ? true : value === 'false' ? false : value;
    if (kind !== 'number' && kind !== 'whole number') return value;
    return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
  };
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, read(key, value)]));
}

/**
 * Options of an environment from the command line, a file or an API.
 * @throws RangeError naming field, value and what is allowed.
 */
export function readOptions<S extends ConfigSchema>(
  schema: S,
  given: Readonly<Record<string, unknown>> = {},
): Config<S> {
  return parseConfig('options', schema, readTexts(schema, given));
}
