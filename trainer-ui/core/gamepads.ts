/**
 * Gamepads as they are: some rest beside zero, some are no pads at all, some number their inputs in their
 * own way. Rest is learned, the pad that is moved drives, and a mapping can be chosen and is remembered.
 */
import type { GamepadState } from './axes.ts';
import { type Feel, USUAL } from './feel.ts';
import { createGamepadMemory, type PadInput } from './gamepad-memory.ts';
import type { KeyStore } from './key-store.ts';

/** The part of the browser's `Gamepad` that is used. */
export interface Pad {
  readonly id: string;
  readonly index: number;
  readonly connected: boolean;
  /** 'standard', or '' where the browser does not know the pad. */
  readonly mapping: string;
  readonly axes: readonly number[];
  readonly buttons: readonly { readonly value: number }[];
}

export interface Gamepads {
  /** The pad that drives, as a standard gamepad at rest at zero; undefined: there is none. */
  read(pads: readonly (Pad | null)[], now: number): GamepadState | undefined;
  /** Of the pad that `read` chose. */
  readonly id: string | undefined;
  /** Whether the pad that `read` chose is laid out as the standard says, or was mapped. */
  readonly isMapped: boolean;
  /** The input that is moved farthest from rest now; undefined: none is. */
  moved(): PadInput | undefined;
  /** As `read` saw the pad last: its own inputs from rest, and what they stand for. */
  readonly seen: PadSeen | undefined;
  /** What stands for that input of the standard gamepad (`axis 0`, `button 7`) on the pad. */
  inputOf(name: string): PadInput;
  /** Remembered for all pads of this kind. */
  map(name: string, input: PadInput): void;
  /** How the axis of that source answers on this pad. */
  feelOf(source: string): Feel;
  setFeel(source: string, feel: Feel): void;
  /** The pad is again as the browser has it. */
  forget(): void;
}

export interface PadSeen {
  readonly inputs: GamepadState;
  readonly standard: GamepadState;
}

/** Travel from rest that counts as moving a pad. */
const MOVED = 0.12;
/** First seen farther from zero than this, a stick is being pushed… */
const WORN = 0.3;
/** …but an axis at its end is the trigger of a pad without standard layout, at rest. */
const END = 0.95;
/** Steady for this long, and this near to zero, is rest, whatever was assumed before. */
const STEADY_MS = 3000;
const STEADY_TRAVEL = 0.02;
/** Travel that says "this one" when an input is chosen. */
const CHOSEN = 0.5;

interface Axis {
  rest: number;
  steady: number;
  steadySince: number;
}

interface Known {
  readonly id: string;
  readonly axes: Axis[];
  readonly buttons: readonly number[];
}

export function createGamepads(storage: KeyStore): Gamepads {
  const memory = createGamepadMemory(storage);
  const known = new Map<number, Known>();
  let chosen: Pad | undefined;
  let seen: PadSeen | undefined;

  function meet(pad: Pad, now: number): Known {
    const old = known.get(pad.index);
    if (old && old.id === pad.id) return old;
    const isStandard = pad.mapping === 'standard';
    const axes = pad.axes.map((value) => {
      return { rest: firstRest(value, isStandard), steady: value, steadySince: now };
    });
    // A button that is down when its pad appears was pressed to make it appear.
    const made = {
      id: pad.id,
      axes,
      buttons: pad.buttons.map((b) => (b.value < WORN ? b.value : 0)),
    };
    known.set(pad.index, made);
    return made;
  }

  function learn(pad: Pad, now: number): Known {
    const made = meet(pad, now);
    for (const [i, axis] of made.axes.entries()) {
      const value = pad.axes[i] ?? 0;
      if (Math.abs(value - axis.steady) > STEADY_TRAVEL) {
        axis.steady = value;
        axis.steadySince = now;
      } else if (now - axis.steadySince >= STEADY_MS && Math.abs(value) <= MOVED) axis.rest = value;
    }
    return made;
  }

  const axisOf = (pad: Pad, i: number) =>
    fromRest(pad.axes[i] ?? 0, known.get(pad.index)?.axes[i]?.rest ?? 0);
  const buttonOf = (pad: Pad, i: number) =>
    fromRest(pad.buttons[i]?.value ?? 0, known.get(pad.index)?.buttons[i] ?? 0);

  function inputs(pad: Pad): (readonly [PadInput, number])[] {
    return [
      ...pad.axes.map((_, index) => {
        const value = axisOf(pad, index);
        const sign = value < 0 ? -1 : 1;
        return [{ kind: 'axis', index, sign } as const, Math.abs(value)] as const;
      }),
      ...pad.buttons.map(
        (_, index) => [{ kind: 'button', index } as const, Math.abs(buttonOf(pad, index))] as const,
      ),
    ];
  }

  const isMoved = (pad: Pad) => inputs(pad).some(([, travel]) => travel > MOVED);

  function inputValue(pad: Pad, input: PadInput): number {
    return input.kind === 'axis'
      ? input.sign * axisOf(pad, input.index)
      : buttonOf(pad, input.index);
  }

  /** The pad as the standard has it, by what is remembered of its kind. */
  function look(pad: Pad): PadSeen {
    const inputs = {
      axes: pad.axes.map((_, i) => axisOf(pad, i)),
      buttons: pad.buttons.map((_, i) => buttonOf(pad, i)),
    };
    const [axes, buttons] = [[...inputs.axes], [...inputs.buttons]];
    for (const [name, input] of Object.entries(memory.mapping(pad.id) ?? {})) {
      const { kind, index } = namedInput(name);
      const value = inputValue(pad, input);
      if (kind === 'axis') axes[index] = value;
      else buttons[index] = Math.max(0, value);
    }
    const feels = memory.feels(pad.id);
    return { inputs, standard: { axes: filled(axes), buttons: filled(buttons), feels } };
  }

  return {
    get id() {
      return chosen?.id;
    },
    get seen() {
      return seen;
    },
    get isMapped() {
      if (chosen === undefined) return false;
      return chosen.mapping === 'standard' || memory.mapping(chosen.id) !== undefined;
    },
    read(pads, now) {
      const there = pads.filter((pad): pad is Pad => pad?.connected === true);
      for (const index of known.keys())
        if (!there.some((pad) => pad.index === index)) known.delete(index);
      for (const pad of there) learn(pad, now);
      const last = chosen;
      const before = last && there.find((pad) => pad.index === last.index && pad.id === last.id);
      chosen = (before && isMoved(before) ? before : there.find(isMoved)) ?? before ?? there[0];
      seen = chosen && look(chosen);
      return seen?.standard;
    },
    moved() {
      if (!chosen) return undefined;
      const farthest = inputs(chosen).sort((a, b) => b[1] - a[1])[0];
      return farthest && farthest[1] > CHOSEN ? farthest[0] : undefined;
    },
    inputOf: (name) => (chosen && memory.mapping(chosen.id)?.[name]) ?? namedInput(name),
    map: (name, input) => chosen && memory.map(chosen.id, name, input),
    feelOf: (source) => (chosen && memory.feels(chosen.id)[source]) ?? USUAL,
    setFeel: (source, feel) => chosen && memory.setFeel(chosen.id, source, feel),
    forget: () => chosen && memory.forget(chosen.id),
  };
}

/** `axis 0` and `button 7` as the standard numbers them. */
function namedInput(name: string): PadInput {
  const [kind, index] = name.split(' ');
  return kind === 'axis'
    ? { kind: 'axis', index: Number(index), sign: 1 }
    : { kind: 'button', index: Number(index) };
}

function firstRest(value: number, isStandard: boolean): number {
  if (Math.abs(value) <= WORN) return value;
  return !isStandard && Math.abs(value) >= END ? value : 0;
}

/** In [−1, 1]: 0 at rest, and both ends are reached. */
function fromRest(value: number, rest: number): number {
  const travel = value - rest;
  const room = travel > 0 ? 1 - rest : 1 + rest;
  return room <= 0 ? 0 : Math.max(-1, Math.min(1, travel / room));
}

/** A mapping may name an input beyond those that the pad has. */
const filled = (values: readonly number[]) => Array.from(values, (value) => value ?? 0);

/** `insecure`: browsers give gamepads to secure pages only. `forbidden`: by a policy of the browser or host. */
export type PadAccess = 'pads' | 'insecure' | 'forbidden';

export interface PadReading {
  readonly access: PadAccess;
  readonly state?: GamepadState;
}

/**
 * What the browser lets the page see, and what `gamepads` makes of it. Both may fail at every call: the
 * browser's by a policy, ours on a device that is no gamepad at all. Neither may take the keys along.
 */
export function readPads(
  navigator: { getGamepads?: () => readonly (Pad | null)[] },
  isSecure: boolean,
  gamepads: Gamepads,
  now: number,
): PadReading {
  let pads: readonly (Pad | null)[];
  try {
    if (!navigator.getGamepads) return { access: isSecure ? 'forbidden' : 'insecure' };
    pads = navigator.getGamepads();
  } catch {
    return { access: isSecure ? 'forbidden' : 'insecure' };
  }
  try {
    const state = gamepads.read(pads, now);
    return { access: 'pads', ...(state ? { state } : {}) };
  } catch {
    return { access: 'pads' };
  }
}
