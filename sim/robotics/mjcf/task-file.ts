import type { BodyRole, CameraDescription, Vec3 } from '../../contract.ts';

/** A task as a JSON (or TypeScript) file gives it. Expressions: see `expression.ts`. */
export interface TaskFile {
  readonly title: string;
  /** What the model is to do, and what makes one attempt better than another: sentences for people. */
  readonly description?: string;
  readonly better?: string;
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
  return typeof value === 'string' && value.trim() !== '' ? value : bad(field, value, 'a text');
}

/** @throws RangeError for a key that is not known. */
function object(field: string, value: unknown, known: readonly string[]): Json {
  if (!isObject(value)) bad(field, value, 'an object');
  for (const key of Object.keys(value))
    if (!known.includes(key))
      bad(field === '' ? key : `${field}.${key}`, value[key], `fields ${known.join(', ')}`);
  return value;
}

/** `KeyboardEvent.code` of the keys that keyboards have. */
const KEY_CODE =
  /^(Key[A-Z]|Digit\d|Numpad(\d|Add|Subtract|Multiply|Divide|Decimal|Enter|Equal|Comma)|F([1-9]|1\d|2[0-4])|Arrow(Up|Down|Left|Right)|(Shift|Control|Alt|Meta)(Left|Right)|Space|Enter|Tab|Escape|Backspace|Delete|Insert|Home|End|PageUp|PageDown|Minus|Equal|Bracket(Left|Right)|Backslash|Semicolon|Quote|Backquote|Comma|Period|Slash|CapsLock|ContextMenu|Intl(Backslash|Ro|Yen))$/;

function keyCodes(field: string, value: unknown): string[] {
  const codes = texts(field, value);
  codes.forEach((code, i) => {
    if (!KEY_CODE.test(code))
      bad(`${field}[${i}]`, code, 'codes of KeyboardEvent.code, such as KeyD, ArrowLeft, Space');
  });
  return codes;
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
  if (Object.keys(value).some((name) => name.trim() === ''))
    bad(field, value, 'an object whose names are not empty');
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, text(`${field}.${k}`, v)]));
}

function vector(field: string, value: unknown): Vec3 {
  if (!Array.isArray(value) || value.length !== 3) bad(field, value, 'three numbers');
  const [x, y, z] = (value as unknown[]).map((v, i) => number(`${field}[${i}]`, v, -1e6, 1e6));
  return [x!, y!, z!];
}

function camera(value: unknown, i: number): CameraDescription {
  const field = `cameras[${i}]`;
  const given = object(field, value, ['id', 'kind', 'position', 'target', 'fov', 'body']);
  const kinds = ['chase', 'top', 'cockpit', 'orbit', 'fixed'] as const;
  const kind =
    kinds.find((k) => k === (given.kind ?? 'orbit')) ??
    bad(`${field}.kind`, given.kind, kinds.join(', '));
  const base = {
    id: text(`${field}.id`, given.id ?? `camera-${i}`),
    kind,
    position: vector(`${field}.position`, given.position),
    target: vector(`${field}.target`, given.target),
    fov: number(`${field}.fov`, given.fov ?? 45, 1, 170),
  };
  return given.body === undefined ? base : { ...base, body: text(`${field}.body`, given.body) };
}

function control(value: unknown, i: number): TaskControl {
  const field = `controls[${i}]`;
  const given = object(field, value, ['actuator', 'positiveKeys', 'negativeKeys']);
  return {
    actuator: text(`${field}.actuator`, given.actuator),
    positiveKeys: keyCodes(`${field}.positiveKeys`, given.positiveKeys),
    negativeKeys: keyCodes(`${field}.negativeKeys`, given.negativeKeys),
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
const optionalTexts = [
  'description',
  'better',
  'success',
  'cost',
  'keyframe',
  'agentBody',
] as const;
const keys = [...Object.keys(emptyTask), ...optionalTexts];

/** @throws RangeError naming field, value and what is allowed. */
export function parseTaskFile(value: unknown): TaskFile {
  const file = object('', value, keys);
  const get = (key: keyof TaskFile) => (file[key] === undefined ? emptyTask[key] : file[key]);
  const noise = object('noise', get('noise'), ['qpos', 'qvel']);
  return {
    title: text('title', get('title')),
    frameSkip: number('frameSkip', get('frameSkip'), 1, 10_000, true),
    horizon: number('horizon', get('horizon'), 1, 10_000_000, true),
    observation: texts('observation', get('observation')),
    reward: table('reward', get('reward')),
    metrics: table('metrics', get('metrics')),
    terminate: reasons(get('terminate')),
    noise: {
      qpos: number('noise.qpos', noise.qpos === undefined ? 0 : noise.qpos, 0, 1e6),
      qvel: number('noise.qvel', noise.qvel === undefined ? 0 : noise.qvel, 0, 1e6),
    },
    roles: roleTable(get('roles')),
    cameras: list('cameras', get('cameras')).map(camera),
    controls: list('controls', get('controls')).map(control),
    ...Object.fromEntries(
      optionalTexts
        .filter((key) => file[key] !== undefined)
        .map((key) => [key, text(key, file[key])]),
    ),
  };
}
