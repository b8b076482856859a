/** The latest numbers of a stream, for running quantiles and means. */
import type { SavedArrays } from '../../nn/adam.ts';
export interface Ring {
  readonly values: Float32Array;
  /** How many of `values` count. */
  readonly size: number;
  push(value: number): void;
  save(into: SavedArrays, name: string): void;
  load(from: Readonly<Record<string, Float32Array>>, name: string): void;
}

export function createRing(capacity: number): Ring {
  const values = new Float32Array(capacity);
  let size = 0;
  let next = 0;
  return {
    values,
    get size() {
      return size;
    },
    push(value) {
      values[next] = value;
      next = (next + 1) % capacity;
      size = Math.min(capacity, size + 1);
    },
    save(into, name) {
      into[name] = Float32Array.of(next, ...values.subarray(0, size));
    },
    load(from, name) {
      const saved = from[name]!;
      next = saved[0]!;
      size = saved.length - 1;
      values.set(saved.subarray(1));
    },
  };
}
