/**
 * What is saved and loaded, each piece of state named once: saving and loading derive from it. The names
 * are those of the files and stay, whatever the code calls the same thing.
 */
import { RANDOM_STATE_SIZE, type Random } from '../../../sim/random.ts';
import type { Checkpoint, SaveOptions } from '../../contract.ts';
import { type Adam, restore, type SavedArrays } from '../../nn/adam.ts';
import type { Mlp } from '../../nn/mlp.ts';

/** A piece of state. Adam, critics, normalisers, rollouts and the like are ones as they are. */
export interface State {
  /** Puts numbers into arrays whose names begin with `name`. Returns JSON for `meta[name]`, or nothing. */
  save(into: SavedArrays, name: string, options?: SaveOptions): unknown;
  /** `meta`: what `save` returned. */
  load(from: Checkpoint['arrays'], name: string, meta: unknown): void;
}

export type States = Readonly<Record<string, State | undefined>>;

/** Saves and loads in the order of `states`; those that are undefined have no part in it. */
export function checkpointOf(states: States): {
  save(options?: SaveOptions): Checkpoint;
  load(checkpoint: Checkpoint): void;
} {
  return {
    save(options) {
      const arrays: SavedArrays = {};
      const meta: Record<string, unknown> = {};
      for (const [name, state] of Object.entries(states)) {
        const told = state?.save(arrays, name, options);
        if (told !== undefined) meta[name] = told;
      }
      return { meta, arrays };
    },
    load({ meta, arrays }) {
      for (const [name, state] of Object.entries(states)) state?.load(arrays, name, meta[name]);
    },
  };
}

/** Whose checkpoint it is. Loading throws a RangeError when it is another's. */
export function fixed(value: string): State {
  return {
    save: () => value,
    load(_from, name, meta) {
      if (meta !== value)
        throw new RangeError(`checkpoint.${name}: is ${String(meta)}, expected ${value}`);
    },
  };
}

/** JSON that `get` gives, if it has any, and `set` takes. */
export function json<T>(get: () => T | undefined, set: (saved: T) => void): State {
  return { save: get, load: (_from, _name, meta) => set(meta as T) };
}

/** Every field of an object, by its own name; each is JSON. */
export function variables(of: Record<string, unknown>): States {
  const entry = (key: string): [string, State] => [
    key,
    json(
      () => structuredClone(of[key]),
      (saved) => {
        of[key] = structuredClone(saved);
      },
    ),
  ];
  return Object.fromEntries(Object.keys(of).map(entry));
}

/** The generator's words. */
export function saveRandom(random: Random): number[] {
  const words = new Float64Array(RANDOM_STATE_SIZE);
  random.save(words, 0);
  return [...words];
}

export function loadRandom(random: Random, saved: readonly number[]): void {
  random.load(Float64Array.from(saved), 0);
}

export function generator(random: Random): State {
  return json(
    () => saveRandom(random),
    (saved: number[]) => loadRandom(random, saved),
  );
}

/** Parameters, and the moments of their optimiser below `/adam`. */
export function numbers(live: Float32Array, adam?: Adam): Pick<Adam, 'save' | 'load'> {
  return {
    save(into, name) {
      into[name] = live.slice();
      adam?.save(into, `${name}/adam`);
    },
    load(from, name) {
      restore(from, name, live);
      adam?.load(from, `${name}/adam`);
    },
  };
}

export function network(net: Mlp, adam?: Adam): State {
  const parameters = numbers(net.parameters, adam);
  return {
    save: parameters.save,
    load(from, name) {
      parameters.load(from, name);
      net.changed();
    },
  };
}

/** Something with a checkpoint of its own, whose arrays go below `name/`. */
export function part(inner: {
  save(options?: SaveOptions): Checkpoint;
  load(checkpoint: Checkpoint): void;
}): State {
  return {
    save(into, name, options) {
      const { meta, arrays } = inner.save(options);
      for (const [key, array] of Object.entries(arrays)) into[`${name}/${key}`] = array;
      return meta;
    },
    load(from, name, meta) {
      const own = Object.entries(from)
        .filter(([key]) => key.startsWith(`${name}/`))
        .map(([key, array]) => [key.slice(name.length + 1), array] as const);
      inner.load({ meta: meta as Checkpoint['meta'], arrays: Object.fromEntries(own) });
    },
  };
}

/** State that stays as it is when the checkpoint has nothing for it in `meta`. */
export function ifSaved(state: State): State {
  return {
    save: state.save,
    load(from, name, meta) {
      if (meta) state.load(from, name, meta);
    },
  };
}
