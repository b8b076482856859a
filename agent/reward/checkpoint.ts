/** What an ensemble saves: labels (what is small goes to JSON, rows and weights to arrays) and its statistics. */
import { json, type State, type States } from '../learners/parts/checkpoint.ts';
import { restore, type SavedArrays } from '../nn/adam.ts';
import type { Datum } from './dataset.ts';
import type { Member } from './members.ts';
import type { InputScale } from './reference.ts';

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

/** Of every member. The zero has the name that it had in the first checkpoints. */
export function normalisationOf(members: readonly Member[]): State {
  return json(
    () => members.map(({ zero, inverseStd }) => ({ mean: zero, inverseStd })),
    (saved: { mean: number; inverseStd: number }[]) => {
      if (saved.length !== members.length)
        throw new RangeError(
          `checkpoint.reward: has ${saved.length} members, expected ${members.length}`,
        );
      for (const [m, { mean: zero, inverseStd }] of saved.entries())
        Object.assign(members[m]!, { zero, inverseStd });
    },
  );
}

/** Loading makes a new scale of the same size. */
export function scaleState(get: () => InputScale, set: (saved: InputScale) => void): State {
  return {
    save(into, name) {
      into[`${name}/mean`] = get().mean.slice();
      into[`${name}/inverse`] = get().inverse.slice();
    },
    load(from, name) {
      const mean = new Float32Array(get().mean.length);
      const inverse = new Float32Array(get().inverse.length);
      restore(from, `${name}/mean`, mean);
      restore(from, `${name}/inverse`, inverse);
      set({ ...get(), mean, inverse });
    },
  };
}

/** Numbers that are NaN while unknown, which JSON writes as null. */
export function measures(of: Record<string, number>): States {
  const entry = (key: string): [string, State] => [
    key,
    json(
      () => (Number.isNaN(of[key]) ? null : of[key]),
      (saved) => {
        of[key] = saved ?? Number.NaN;
      },
    ),
  ];
  return Object.fromEntries(Object.keys(of).map(entry));
}
