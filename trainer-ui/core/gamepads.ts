/**
 * Gamepads as they are: some rest beside zero, some are no pads at all, some number their inputs in their
 * own way. Rest is learned, the pad that is moved drives, and a mapping can be chosen and is remembered.
 */
import type { GamepadState } from './axes.ts';
import { type KeyStore, trySet } from './key-store.ts';

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

/** An input of the pad, numbered as the pad does. `sign`: the direction of an axis that counts as positive. */
export type PadInput =
  | { readonly kind: 'axis'; readonly index: number; readonly sign: 1 | -1 }
  | { readonly kind: 'button'; readonly index: number };

/** What stands in for an input of the standard gamepad, by its name: `axis 0`, `button 7`. */
export type PadMapping = Readonly<Record<string, PadInput>>;

export interface Gamepads {
  /** The pad that drives, as a standard gamepad at rest at zero; undefined: there is none. */
  read(pads: readonly (Pad | null)[], now: number): GamepadState | undefined;
  /** Of the pad that `read` chose. */
  readonly id: string | undefined;
  /** Whether the pad that `read` chose is laid out as the standard says, or was mapped. */
  readonly isMapped: boolean;
  /** The input that is moved farthest from rest now; undefined: none is. */
  moved(): PadInput | undefined;
  /** Remembered for all pads of this kind. */
  map(name: string, input: PadInput): void;
  /** Forget the mapping of the pad. */
  unmap(): void;
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
const KEY = 'reins-gamepads';
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
  const mappings = readMappings(storage);
  const known = new Map<number, Known>();
  let chosen: Pad | undefined;

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

  return {
    get id() {
      return chosen?.id;
    },
    get isMapped() {
      return chosen !== undefined && (chosen.mapping === 'standard' || chosen.id in mappings);
    },
    read(pads, now) {
      const there = pads.filter((pad): pad is Pad => pad?.connected === true);
      for (const index of known.keys())
        if (!there.some((pad) => pad.index === index)) known.delete(index);
      for (const pad of there) learn(pad, now);
      const last = chosen;
      const before = last && there.find((pad) => pad.index === last.index && pad.id === last.id);
      chosen = (before && isMoved(before) ? before : there.find(isMoved)) ?? before ?? there[0];
      if (!chosen) return undefined;
      const pad = chosen;
      const axes = pad.axes.map((_, i) => axisOf(pad, i));
      const buttons = pad.buttons.map((_, i) => buttonOf(pad, i));
      for (const [name, input] of Object.entries(mappings[pad.id] ?? {})) {
        const [kind, index] = name.split(' ');
        const value = inputValue(pad, input);
        if (kind === 'axis') axes[Number(index)] = value;
        else buttons[Number(index)] = Math.max(0, value);
      }
      return { axes: filled(axes), buttons: filled(buttons) };
    },
    moved() {
      if (!chosen) return undefined;
      const farthest = inputs(chosen).sort((a, b) => b[1] - a[1])[0];
      return farthest && farthest[1] > CHOSEN ? farthest[0] : undefined;
    },
    map(name, input) {
      if (!chosen) return;
      mappings[chosen.id] = { ...mappings[chosen.id], [name]: input };
      trySet(storage, KEY, JSON.stringify(mappings));
    },
    unmap() {
      if (!chosen) return;
      delete mappings[chosen.id];
      trySet(storage, KEY, JSON.stringify(mappings));
    },
  };
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

function readMappings(storage: KeyStore): Record<string, PadMapping> {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    const entries = Object.entries(value).filter(([, mapping]) => isMapping(mapping));
    return Object.fromEntries(entries) as Record<string, PadMapping>;
  } catch {
    return {};
  }
}

function isMapping(value: unknown): value is PadMapping {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every(
    (input: unknown) =>
      typeof input === 'object' &&
      input !== null &&
      'kind' in input &&
      (input.kind === 'axis' || input.kind === 'button') &&
      'index' in input &&
      typeof input.index === 'number',
  );
}

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
