/**
 * A scale whose numbers are repeated for every row of a graph's inputs: onnxruntime takes five times as long where it
 * has to repeat a short row itself.
 */
import type { Graph } from '../graphs/graph.ts';
import type { ScaleValues } from './graph.ts';
import { type InputScale, noScale } from './reference.ts';

export interface RepeatedScale {
  /** Of `scale` from now on. */
  set(scale: InputScale): void;
  /** In a graph whose rows are named `rows`. */
  values(graph: Graph): ScaleValues;
}

/** For up to `rows` rows of `width` columns, of which the last `squared` are given as squares too. */
export function createRepeatedScale(rows: number, width: number, squared: number): RepeatedScale {
  const part = (from: number, size: number) => ({
    from,
    size,
    mean: new Float32Array(rows * size),
    inverse: new Float32Array(rows * size),
  });
  const plain = part(0, width);
  const squares = squared === 0 ? undefined : part(width, squared);
  let of: InputScale | undefined;

  const repeated: RepeatedScale = {
    set(scale) {
      if (scale === of) return;
      of = scale;
      for (const { from, size, mean, inverse } of squares ? [plain, squares] : [plain]) {
        repeatRow(scale.mean.subarray(from, from + size), mean);
        repeatRow(scale.inverse.subarray(from, from + size), inverse);
      }
    },
    values(graph) {
      const inputs = (name: string, { size, mean, inverse }: ReturnType<typeof part>) => ({
        mean: graph.input(`${name}/mean`, 'rows', size, mean),
        inverse: graph.input(`${name}/inverse`, 'rows', size, inverse),
      });
      return { ...inputs('scale', plain), squares: squares && inputs('squares', squares) };
    },
  };
  repeated.set(noScale(width, squared));
  return repeated;
}

/** Fills `into` with copies of `row`. */
export function repeatRow(row: Float32Array, into: Float32Array): Float32Array {
  for (let at = 0; at < into.length; at += row.length) into.set(row, at);
  return into;
}
