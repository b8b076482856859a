import type { Memory } from './contract.ts';
import { RANDOM_STATE_SIZE, type Random } from './random.ts';

/** The memory that is the fields of an object; each is plain data. */
export function memoryOf(fields: object): Memory {
  return {
    save: () => structuredClone(fields),
    load: (saved) => void Object.assign(fields, structuredClone(saved)),
  };
}

/** Several memories as one; those that are undefined have no part in it. */
export function memories(parts: Readonly<Record<string, Memory | undefined>>): Memory {
  return {
    save: () =>
      Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part?.save()])),
    load(saved) {
      const told = saved as Readonly<Record<string, unknown>>;
      for (const [name, part] of Object.entries(parts)) part?.load(told[name]);
    },
  };
}

/** Where a random stream is. */
export function streamOf(random: Random): Memory {
  return {
    save() {
      const words = new Float64Array(RANDOM_STATE_SIZE);
      random.save(words, 0);
      return words;
    },
    load: (saved) => random.load(saved as Float64Array, 0),
  };
}
