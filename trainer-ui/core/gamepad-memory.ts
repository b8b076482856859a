/** What this browser remembers of each kind of gamepad: which input does what, and how its axes feel. */
import { type Feel, isFeel } from './feel.ts';
import { type KeyStore, trySet } from './key-store.ts';

/** An input of the pad, numbered as the pad does. `sign`: the direction of an axis that counts as positive. */
export type PadInput =
  | { readonly kind: 'axis'; readonly index: number; readonly sign: 1 | -1 }
  | { readonly kind: 'button'; readonly index: number };

/** What stands in for an input of the standard gamepad, by its name: `axis 0`, `button 7`. */
export type PadMapping = Readonly<Record<string, PadInput>>;

/** By the name of their source. */
export type Feels = Readonly<Record<string, Feel>>;

/** Devices by the id that the browser gives them: two of a kind are one. */
export interface GamepadMemory {
  mapping(id: string): PadMapping | undefined;
  feels(id: string): Feels;
  map(id: string, name: string, input: PadInput): void;
  setFeel(id: string, source: string, feel: Feel): void;
  forget(id: string): void;
}

const MAPPINGS = 'reins-gamepads';
const FEELS = 'reins-gamepad-feels';
const NONE: Feels = {};

export function createGamepadMemory(storage: KeyStore): GamepadMemory {
  const mappings = read(storage, MAPPINGS, isInput);
  const feels = read(storage, FEELS, isFeel);
  const keep = () => {
    trySet(storage, MAPPINGS, JSON.stringify(mappings));
    trySet(storage, FEELS, JSON.stringify(feels));
  };
  return {
    mapping: (id) => mappings[id],
    feels: (id) => feels[id] ?? NONE,
    map(id, name, input) {
      mappings[id] = { ...mappings[id], [name]: input };
      keep();
    },
    setFeel(id, source, feel) {
      feels[id] = { ...feels[id], [source]: feel };
      keep();
    },
    forget(id) {
      delete mappings[id];
      delete feels[id];
      keep();
    },
  };
}

/** Of each device what is whole; what is damaged counts as none. */
function read<T>(
  storage: KeyStore,
  key: string,
  isWhole: (value: unknown) => value is T,
): Record<string, Readonly<Record<string, T>>> {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    const entries = Object.entries(value).filter(
      ([, each]) => typeof each === 'object' && each !== null && Object.values(each).every(isWhole),
    );
    return Object.fromEntries(entries) as Record<string, Readonly<Record<string, T>>>;
  } catch {
    return {};
  }
}

function isInput(value: unknown): value is PadInput {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, index } = value as Partial<Record<keyof PadInput, unknown>>;
  return (kind === 'axis' || kind === 'button') && typeof index === 'number';
}
