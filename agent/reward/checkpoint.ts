/** Labels in a checkpoint: what is small goes to JSON, rows and weights to arrays. */
import type { Metrics } from '../contract.ts';
import type { SavedArrays } from '../nn/adam.ts';
import type { Datum } from './dataset.ts';
import type { SavedReference } from './reference.ts';
import type { SavedDistrust } from './rime.ts';
import type { ReliabilityBin } from './statistics.ts';

/** A datum without its arrays; `rows` and `weights` count the numbers that follow in the arrays. */
export type SavedDatum = Omit<Datum, 'rows' | 'weights'> & {
  readonly rows: number;
  readonly weights: number;
};

export function saveData(data: readonly Datum[], arrays: SavedArrays): SavedDatum[] {
  const join = (pick: (datum: Datum) => Float32Array) => {
    const joined = new Float32Array(data.reduce((n, datum) => n + pick(datum).length, 0));
    let at = 0;
    for (const datum of data) {
      joined.set(pick(datum), at);
      at += pick(datum).length;
    }
    return joined;
  };
  arrays['data/rows'] = join((datum) => datum.rows);
  arrays['data/weights'] = join((datum) => datum.weights);
  return data.map((datum) => ({
    ...datum,
    rows: datum.rows.length,
    weights: datum.weights.length,
  }));
}

/** @throws RangeError when the arrays do not hold what the list says. */
export function restoreData(
  saved: readonly SavedDatum[],
  arrays: Readonly<Record<string, Float32Array>>,
): Datum[] {
  const rows = arrays['data/rows'] ?? new Float32Array(0);
  const weights = arrays['data/weights'] ?? new Float32Array(0);
  let rowAt = 0;
  let weightAt = 0;
  const data = saved.map((datum) => {
    const restored = {
      ...datum,
      rows: rows.slice(rowAt, rowAt + datum.rows),
      weights: weights.slice(weightAt, weightAt + datum.weights),
    };
    rowAt += datum.rows;
    weightAt += datum.weights;
    return restored as Datum;
  });
  if (rowAt !== rows.length || weightAt !== weights.length) {
    throw new RangeError(
      `checkpoint.data: has ${rows.length} and ${weights.length} numbers, expected ${rowAt} and ${weightAt}`,
    );
  }
  return data;
}

/** What an ensemble saves beside its arrays. */
export interface SavedEnsemble {
  readonly version: number;
  readonly weightDecay: number;
  readonly gradientSteps: number;
  readonly fresh: number;
  readonly sessionSteps: number;
  readonly scaledAt: number;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly normalisation: { mean: number; inverseStd: number }[];
  readonly random: number[];
  readonly noise: Record<string, unknown>;
  readonly distrust?: SavedDistrust;
  readonly repeats: [string, ('a' | 'b')[]][];
  readonly data: SavedDatum[];
  readonly reference: SavedReference;
  readonly lastReport: Metrics;
  readonly lastBins: ReliabilityBin[];
}
