/** The latest numbers of a stream, for running quantiles and means. */
export interface Ring {
  readonly values: Float32Array;
  /** How many of `values` count. */
  readonly size: number;
  push(value: number): void;
  save(): Float32Array;
  load(saved: Float32Array): void;
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
    save: () => Float32Array.of(next, ...values.subarray(0, size)),
    load(saved) {
      next = saved[0]!;
      size = saved.length - 1;
      values.set(saved.subarray(1));
    },
  };
}
