import type { BodyRole, CameraDescription, Vec3 } from '../../contract.ts';

/** A task as a JSON (or TypeScript) file gives it. Expressions: see `expression.ts`. */
export interface TaskFile {
  readonly title: string;
  /** Substeps per action. */
  readonly frameSkip: number;
  readonly horizon: number;
  /** Slices such as `qpos[1:]`, or `name = expression`. */
  readonly observation: readonly string[];
  readonly reward: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  /** Expressions that are true when not 0. */
  readonly terminate: Readonly<Record<string, string>>;
  readonly success?: string;
  readonly cost?: string;
  /** Half width of the uniform noise added at reset. */
  readonly noise: { readonly qpos: number; readonly qvel: number };
  /** `<key>` of the model to start from. */
  readonly keyframe?: string;
  readonly agentBody?: string;
  readonly roles: Readonly<Record<string, BodyRole>>;
  readonly cameras: readonly CameraDescription[];
  /** Keys per actuator. */
  readonly controls: readonly TaskControl[];
}

export interface TaskControl {
  readonly actuator: string;
  readonly positiveKeys: readonly string[];
  readonly negativeKeys: readonly string[];
}

/** The task of a model that comes without one: everything seen, nothing rewarded. */
export const emptyTask: TaskFile = {
  title: 'Model',
  frameSkip: 10,
  horizon: 1000,
  observation: ['qpos', 'qvel'],
  reward: {},
  metrics: {},
  terminate: {},
  noise: { qpos: 0, qvel: 0 },
  roles: {},
  cameras: [],
  controls: [],
};

const roles: readonly BodyRole[] = [
  'ego',
  'vehicle',
  'pedestrian',
  'obstacle',
  'robot',
  'object',
  'goal',
  'scenery',
  'ground',
];

type Json = Readonly<Record<string, unknown>>;

function bad(field: string, value: unknown, allowed: string): never {
  throw new RangeError(`task.${field}: is ${JSON.stringify(value)}, allowed ${allowed}`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(field: string, value: unknown): string {
  return typeof value === 'string' ? value : bad(field, value, 'a text');
}

function number(
  field: string,
  value: unknown,
  low: number,
  high: number,
  isInteger = false,
): number {
  const isFine = typeof value === 'number' && value >= low && value <= high;
  if (!isFine || (isInteger && !Number.isInteger(value)))
    bad(field, value, `${isInteger ? 'integers' : 'numbers'} ${low} to ${high}`);
  return value as number;
}

function texts(field: string, value: unknown): string[] {
  if (!Array.isArray(value)) bad(field, value, 'a list of texts');
  return (value as unknown[]).map((v, i) => text(`${field}[${i}]`, v));
}

function table(field: string, value: unknown): Record<string, string> {
  if (!isObject(value)) bad(field, value, 'an object of texts');
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, text(`${field}.${k}`, v)]));
}

function vector(field: string, value: unknown): Vec3 {
  if (!Array.isArray(value) || value.length !== 3) bad(field, value, 'three numbers');
  const [x, y, z] = (value as unknown[]).map((v, i) => number(`${field}[${i}]`, v, -1e6, 1e6));
  return [x!, y!, z!];
}

function camera(value: unknown, i: number): CameraDescription {
  const field = `cameras[${i}]`;
  if (!isObject(value)) bad(field, value, 'an object');
  const kinds = ['chase', 'top', 'cockpit', 'orbit', 'fixed'] as const;
  const kind =
    kinds.find((k) => k === (value.kind ?? 'orbit')) ??
    bad(`${field}.kind`, value.kind, kinds.join(', '));
  const base = {
    id: text(`${field}.id`, value.id ?? `camera-${i}`),
    kind,
    position: vector(`${field}.position`, value.position),
    target: vector(`${field}.target`, value.target),
    fov: number(`${field}.fov`, value.fov ?? 45, 1, 170),
  };
  return value.body === undefined ? base : { ...base, body: text(`${field}.body`, value.body) };
}

function control(value: unknown, i: number): TaskControl {
  const field = `controls[${i}]`;
  if (!isObject(value)) bad(field, value, 'an object');
  return {
    actuator: text(`${field}.actuator`, value.actuator),
    positiveKeys: texts(`${field}.positiveKeys`, value.positiveKeys),
    negativeKeys: texts(`${field}.negativeKeys`, value.negativeKeys),
  };
}

function roleTable(value: unknown): Record<string, BodyRole> {
  const known = Object.entries(table('roles', value));
  return Object.fromEntries(
    known.map(([body, name]) => [
      body,
      roles.find((r) => r === name) ?? bad(`roles.${body}`, name, roles.join(', ')),
    ]),
  );
}

/** One text is short for `{terminated: text}`. */
function reasons(value: unknown): Record<string, string> {
  return typeof value === 'string' ? { terminated: value } : table('terminate', value);
}

function list(field: string, value: unknown): unknown[] {
  return Array.isArray(value) ? value : bad(field, value, 'a list');
}

/** Keys a task file may have. */
const keys = [...Object.keys(emptyTask), 'success', 'cost', 'keyframe', 'agentBody'];

/** @throws RangeError naming field, value and what is allowed. */
export function parseTaskFile(value: unknown): TaskFile {
  if (!isObject(value)) bad('', value, 'an object');
  for (const key of Object.keys(value))
    if (!keys.includes(key)) bad(key, value[key], `fields ${keys.join(', ')}`);
  const get = (key: keyof TaskFile) => value[key] ?? emptyTask[key];
  const noise = get('noise');
  if (!isObject(noise)) bad('noise', noise, 'an object');
  const optional = (key: 'success' | 'cost' | 'keyframe' | 'agentBody') =>
    value[key] === undefined ? {} : { [key]: text(key, value[key]) };
  return {
    title: text('title', get('title')),
    frameSkip: number('frameSkip', get('frameSkip'), 1, 10_000, true),
    horizon: number('horizon', get('horizon'), 1, 10_000_000, true),
    observation: texts('observation', get('observation')),
    reward: table('reward', get('reward')),
    metrics: table('metrics', get('metrics')),
    terminate: reasons(get('terminate')),
    noise: {
      qpos: number('noise.qpos', noise.qpos ?? 0, 0, 1e6),
      qvel: number('noise.qvel', noise.qvel ?? 0, 0, 1e6),
    },
    roles: roleTable(get('roles')),
    cameras: list('cameras', get('cameras')).map(camera),
    controls: list('controls', get('controls')).map(control),
    ...optional('success'),
    ...optional('cost'),
    ...optional('keyframe'),
    ...optional('agentBody'),
  };
}
