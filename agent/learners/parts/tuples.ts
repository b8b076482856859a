/** Rows of numbers that came from a piece of feedback, so that taking it back removes them. */
import type { Random } from '../../../sim/random.ts';
import type { SavedArrays } from '../../nn/adam.ts';

export interface Tuples {
  readonly size: number;
  readonly width: number;
  /** Copies a row (width); the oldest goes when the store is full. */
  add(feedbackId: string, row: Float32Array): void;
  has(feedbackId: string): boolean;
  /** Returns whether there were any. */
  remove(feedbackId: string): boolean;
  /** `count` rows drawn uniformly with replacement into `out` (count, width). */
  sample(random: Random, count: number, out: Float32Array): void;
  /** The last `count` rows, newest last. */
  latest(count: number, out: Float32Array): void;
  /** Returns the ids. */
  save(into: SavedArrays, name: string): string[];
  load(from: Readonly<Record<string, Float32Array>>, name: string, ids: unknown): void;
}

export function createTuples(capacity: number, width: number): Tuples {
  let ids: string[] = [];
  let rows: Float32Array[] = [];

  return {
    width,
    get size() {
      return rows.length;
    },
    add(feedbackId, row) {
      if (row.length !== width)
        throw new RangeError(`tuples.add: row has ${row.length} numbers, expected ${width}`);
      if (rows.length >= capacity) {
        rows.shift();
        ids.shift();
      }
      rows.push(row.slice());
      ids.push(feedbackId);
    },
    has: (feedbackId) => ids.includes(feedbackId),
    remove(feedbackId) {
      const before = rows.length;
      rows = rows.filter((_, i) => ids[i] !== feedbackId);
      ids = ids.filter((id) => id !== feedbackId);
      return rows.length < before;
    },
    sample(random, count, out) {
      for (let i = 0; i < count; i++) out.set(rows[random.integer(rows.length)]!, i * width);
    },
    latest(count, out) {
      const start = Math.max(0, rows.length - count);
      for (let i = start; i < rows.length; i++) out.set(rows[i]!, (i - start) * width);
    },
    save(into, name) {
      const flat = new Float32Array(rows.length * width);
      for (const [i, row] of rows.entries()) flat.set(row, i * width);
      into[name] = flat;
      return [...ids];
    },
    load(from, name, meta) {
      const savedIds = meta as readonly string[];
      const saved = from[name]!;
      if (saved.length !== savedIds.length * width) {
        throw new RangeError(
          `checkpoint.${name}: has ${saved.length} numbers, expected ${savedIds.length * width}`,
        );
      }
      ids = [...savedIds];
      rows = ids.map((_, i) => saved.slice(i * width, (i + 1) * width));
    },
  };
}
