/**
 * What every key of the page does, said once: handlers ask `actionOf`, the list of keys and the labels of
 * buttons are made from the same tables. Keys that drive are the environment's own.
 */
import { type AxisControl, growsLeft } from './sides.ts';

/** The part of a keyboard event that is looked at. */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
}

export interface Binding {
  /** Each a `KeyboardEvent.key` or `KeyboardEvent.code`. */
  readonly keys: readonly string[];
  /** What the list of keys says. */
  readonly what: string;
  /** What the list shows instead of `keys`. */
  readonly shown?: readonly string[];
}

/** A key that a whole range of presses stands for: `rewardOf` or `digitOf` reads it. */
const range = (shown: readonly string[], what: string): Binding => ({ keys: [], what, shown });

export const CAMERAS = [
  { id: 'chase', key: '1', label: 'Chase' },
  { id: 'top', key: '2', label: 'Top' },
  { id: 'cockpit', key: '3', label: 'Cockpit' },
  { id: 'orbit', key: '4', label: 'Free' },
] as const;

/** Ids of a scene's cameras that have no key of their own. */
export function ownCameras(ids: readonly string[]): string[] {
  return ids.filter((id) => CAMERAS.every((camera) => camera.id !== id));
}

/** The one after `current`, round and round; `current` where there is none. */
export function nextOwnCamera(ids: readonly string[], current: string): string {
  const own = ownCameras(ids);
  return own[(own.indexOf(current) + 1) % own.length] ?? current;
}

export const REWARDS = {
  good: range(['+'], 'good: reward for what is on screen (= is + too); with Shift: half of it'),
  bad: range(['−'], 'bad: the same below zero'),
};

export const LIVE = {
  camera: { keys: CAMERAS.map((c) => c.key), what: 'camera: chase, top, cockpit, free' },
  ownCamera: { keys: ['6'], what: 'camera: the next of the model’s own' },
  pause: { keys: ['Space'], what: 'pause and go on' },
  step: { keys: ['.'], what: 'one step, while paused' },
  rewind: { keys: ['r', 'Backspace'], what: 'rewind 5 seconds; drive from there' },
  reset: { keys: ['n'], what: 'new episode' },
  record: { keys: ['Enter'], what: 'record a demonstration; again: it ends' },
  yes: { keys: ['KeyV'], what: 'allow what the agent asks for, or answer its call: take over' },
  no: { keys: ['KeyX'], what: 'do not allow it; decline its call' },
  latch: { keys: ['0'], what: 'keep control without a key held; again: hand it back' },
  estop: { keys: ['Escape'], what: 'emergency stop, until Space' },
} as const satisfies Record<string, Binding>;

/** A digit beside the cameras': letters belong to the motors of a robot. */
export const OVERLAYS = {
  forces: { keys: ['5'], what: 'contacts, joints and forces, or what its lidar sees' },
} as const satisfies Record<string, Binding>;

/** Of several live simulations side by side. */
export const WALL = {
  previous: { keys: ['7', 'PageUp'], what: 'simulation: the one before' },
  next: { keys: ['8', 'PageDown'], what: 'simulation: the next one' },
  neediest: { keys: ['9'], what: 'simulation: one that asks for help, or the riskiest' },
} as const satisfies Record<string, Binding>;

/** Names as in `preference.choice`. */
export const COMPARE = {
  a: { keys: ['ArrowLeft'], what: 'left is better; with Shift: a little better' },
  b: { keys: ['ArrowRight'], what: 'right is better; with Shift: a little better' },
  equal: { keys: ['ArrowDown'], what: 'equally good' },
  incomparable: { keys: ['ArrowUp'], what: 'can’t tell' },
  skip: { keys: ['KeyS'], what: 'skip; with Shift: say why' },
} as const satisfies Record<string, Binding>;

/** Why a comparison is skipped, in the log. */
export const SKIP_REASONS = [
  'the clips look the same',
  'too short to tell',
  'the picture is broken',
  'I do not know the task well enough',
] as const;

/** Of rankings and ratings. */
export const SCORE = {
  send: { keys: ['Enter'], what: 'send the ranking or rating' },
  takeBack: { keys: ['Backspace'], what: 'take the last number back' },
  skip: { keys: ['KeyS'], what: 'skip the ranking or rating' },
} as const satisfies Record<string, Binding>;

const DIGITS = [
  range(['1', '…', '4'], 'ranking: the next best; with Shift: a tie with the last'),
  range(['1', '…', '5'], 'rating: from very bad to very good'),
];

/** Of a replayed episode. */
export const REPLAY = {
  play: { keys: ['Space'], what: 'play and pause the episode' },
  back: { keys: ['ArrowLeft'], what: 'one step back' },
  on: { keys: ['ArrowRight'], what: 'one step on' },
  start: { keys: ['Home'], what: 'to its start' },
  end: { keys: ['End'], what: 'to its end' },
} as const satisfies Record<string, Binding>;

/** Of a replay: drive it better, and what becomes of what was driven so. */
export const RECORDED = {
  redo: { keys: ['KeyR'], what: 'drive it again from this step, recorded' },
  keep: { keys: ['KeyK'], what: 'keep a recording: it is learned from' },
  discard: { keys: ['KeyD'], what: 'discard a recording: it is not' },
} as const satisfies Record<string, Binding>;

/** Of a timeline that stretches are marked on. */
export const MARKS = {
  good: { keys: ['KeyG'], what: 'a good stretch begins here; again: it ends here' },
  bad: { keys: ['KeyB'], what: 'a bad stretch begins here; again: it ends here' },
  undoMark: { keys: ['KeyX'], what: 'take the last mark back' },
} as const satisfies Record<string, Binding>;

/** Of every query. */
export const CLIPS = {
  pause: { keys: ['Space'], what: 'pause the clips' },
  undo: { keys: ['KeyU'], what: 'undo the last answer' },
  extend: { keys: ['+', '='], what: 'longer clips: a second more before and after' },
} as const satisfies Record<string, Binding>;

export const PAGE = {
  goal: { keys: ['KeyI', 'F1'], what: 'the goal, and what counts as better' },
  help: { keys: ['?'], what: 'this list' },
} as const satisfies Record<string, Binding>;

/** What a press means in a table; undefined: nothing. */
export function actionOf<A extends string>(
  table: Readonly<Record<A, Binding>>,
  { key, code }: Press,
): A | undefined {
  for (const action in table) {
    const { keys } = table[action];
    if (keys.includes(key) || keys.includes(code)) return action;
  }
  return undefined;
}

type RewardValue = 1 | -1 | 0.5 | -0.5;

/** Live rewards: + and − count 1, with Shift 0.5; undefined for other keys. */
export function rewardOf({ key, code, shiftKey }: Press): RewardValue | undefined {
  switch (key) {
    case '+':
    case '=': // the + of an American keyboard, without Shift
      return shiftKey ? 0.5 : 1;
    case '*': // where + is a key of its own, Shift makes it *
      return shiftKey && code !== 'Digit8' ? 0.5 : undefined;
    case '-':
    case '_':
      return shiftKey ? -0.5 : -1;
    default:
      return undefined;
  }
}

/** `Digit3` and `Numpad3` are 3; undefined for other keys. */
export function digitOf({ code }: Pick<Press, 'code'>): number | undefined {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

const PRINTED: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

/** What is printed on a key, given by `KeyboardEvent.key` or `.code`. */
export function keyLabel(key: string): string {
  if (key.length === 1) return key.toUpperCase();
  return PRINTED[key] ?? key.replace(/^(Key|Digit)/, '').replace(/(Left|Right)$/, '');
}

/** The first key of a binding, as printed. */
export const firstKey = ({ keys, shown }: Binding): string => shown?.[0] ?? keyLabel(keys[0] ?? '');

/** The text of a button that a key presses too. */
export const withKey = (text: string, binding: Binding): string => `${text} (${firstKey(binding)})`;

export type KeyRow = readonly [keys: readonly string[], what: string];

export interface KeySection {
  readonly title: string;
  readonly rows: readonly KeyRow[];
}

const rowOf = ({ keys, shown, what }: Binding): KeyRow => [shown ?? keys.map(keyLabel), what];
const unique = (codes: readonly string[]) => [...new Set(codes.map(keyLabel))];

/** The list of keys; `controls` are undefined before a server said what it runs. */
export function keySections(
  controls: readonly AxisControl[] | undefined,
  hasOverlays: boolean,
  hasWall = false,
): KeySection[] {
  const driving = controls ? drivingRows(controls) : [];
  const drives = new Set(driving.flatMap(([keys]) => keys));
  const overlays = hasOverlays ? Object.values(OVERLAYS) : [];
  const live = [
    ...Object.values(REWARDS),
    ...Object.values(LIVE),
    ...overlays,
    ...(hasWall ? Object.values(WALL) : []),
    ...Object.values(PAGE),
  ];
  const answers = [COMPARE, DIGITS, SCORE, CLIPS].flatMap((t): Binding[] => Object.values(t));
  return [
    ...(controls ? [{ title: 'Take over', rows: driving }] : []),
    {
      title: 'Live',
      // A key that drives does nothing else.
      rows: live.map(rowOf).map(([keys, what]) => [keys.filter((k) => !drives.has(k)), what]),
    },
    { title: 'Compare', rows: answers.map(rowOf) },
    {
      title: 'Episodes',
      rows: [REPLAY, RECORDED, MARKS]
        .flatMap((t): Binding[] => Object.values(t))
        .concat(overlays)
        .map(rowOf),
    },
  ];
}

function drivingRows(controls: readonly AxisControl[]): KeyRow[] {
  const paces = new Map(controls.flatMap((c) => c.paces ?? []).map((pace) => [pace.name, pace]));
  return [
    ...controls.map((control): KeyRow => {
      const { name, positiveKeys, negativeKeys, gamepad } = control;
      const pad = gamepad ? (gamepad.kind === 'stick' ? ', or stick' : ', or triggers') : '';
      const ways = growsLeft(control) ? 'left, right' : 'more, less';
      return [unique([...positiveKeys, ...negativeKeys]), `${name}: ${ways}, while held${pad}`];
    }),
    ...[...paces.values()].map((p): KeyRow => [unique(p.keys), `${p.name}, while held`]),
  ];
}

/** Codes of all keys that drive. */
export function driveKeys(controls: readonly AxisControl[]): ReadonlySet<string> {
  return new Set(
    controls.flatMap((c) => [
      ...c.positiveKeys,
      ...c.negativeKeys,
      ...(c.paces ?? []).flatMap((p) => p.keys),
    ]),
  );
}

/** The keys that take over as printed, one per direction. */
export function takeOverKeys(controls: readonly AxisControl[]): string[] {
  return unique(
    controls.flatMap((c) => [...c.positiveKeys.slice(0, 1), ...c.negativeKeys.slice(0, 1)]),
  );
}

export interface PadName {
  /** Of the standard gamepad: `axis 0`, `button 7`. */
  readonly name: string;
  /** What a person moves it for. */
  readonly what: string;
}

/** The inputs of a standard gamepad that an environment uses, each once. */
export function padInputs(controls: readonly AxisControl[]): PadName[] {
  const all = controls.flatMap(({ name, gamepad, paces = [] }): PadName[] => {
    const own: PadName[] = !gamepad
      ? []
      : gamepad.kind === 'stick'
        ? [
            {
              name: `axis ${gamepad.index}`,
              what: `${name} (${gamepad.index % 2 === 0 ? 'right' : 'down'})`,
            },
          ]
        : [
            { name: `button ${gamepad.positive}`, what: `${name}: more` },
            { name: `button ${gamepad.negative}`, what: `${name}: less` },
          ];
    const held = paces.flatMap((pace) =>
      pace.button === undefined ? [] : [{ name: `button ${pace.button}`, what: pace.name }],
    );
    return [...own, ...held];
  });
  return [...new Map(all.map((input) => [input.name, input])).values()];
}
