/** Rewards of the replay buffer by a reward model: rows are given that of each new version in slices, and new rows that of the last. */
import type { RewardModel } from '../contract.ts';
import type { Columns } from './columns.ts';
import type { ObservationRows } from './observation-rows.ts';

/** Numbers of observations that are labelled in one go, about: more are no faster. */
const LABEL_NUMBERS = 2 ** 18;

/** The buffer as it is now. */
export interface Labelled {
  readonly columns: Pick<Columns, 'actions' | 'rewards'>;
  readonly size: number;
  /** Transitions ever added. */
  readonly added: number;
}

/** How far rows are labelled; `version` is null while there is no model. */
interface SavedLabels {
  readonly until: number;
  readonly version: number | null;
  readonly at: number;
}

/** Observations of `d` and actions of `k` numbers, in a ring of `capacity` rows. */
export function createLabels(
  observations: ObservationRows,
  { d, k, capacity }: { readonly d: number; readonly k: number; readonly capacity: number },
) {
  let model: RewardModel | undefined;
  /** Rows before this count of additions are labelled by `model` or queued for `all`. */
  let until = 0;
  let version = Number.NaN;
  let at = 0;
  /** Observations that are labelled, unpacked. */
  let unpacked = new Float32Array();
  const most = Math.ceil(LABEL_NUMBERS / d);

  function label({ actions, rewards }: Labelled['columns'], from: number, to: number): void {
    if (!model) return;
    for (let start = from; start < to; start += most) {
      const end = Math.min(to, start + most);
      const n = end - start;
      if (unpacked.length < n * d) unpacked = new Float32Array(n * d);
      for (let i = 0; i < n; i++) observations.read(start + i, unpacked, i);
      const executed = actions.subarray(start * k, end * k);
      model.predict(unpacked.subarray(0, n * d), executed, n, rewards.subarray(start, end));
    }
  }

  return {
    /** Rows added since the last call get the reward of the last model that `all` has seen. */
    fresh({ columns, size, added }: Labelled): void {
      const start = Math.max(until, added - size);
      until = added;
      if (!model || start === added) return;
      const first = start % capacity;
      const last = ((added - 1) % capacity) + 1;
      if (first < last) label(columns, first, last);
      else {
        label(columns, first, size);
        label(columns, 0, last);
      }
    },
    /** Up to `budget` old rows; true when every row has the current version. */
    all(newest: RewardModel, budget: number, { columns, size, added }: Labelled): boolean {
      model = newest; // after a checkpoint another object of the same version
      if (version !== newest.version) {
        version = newest.version;
        at = 0;
        until = added;
      }
      const end = Math.min(size, at + budget);
      label(columns, at, end);
      at = end;
      return at >= size;
    },
    save: () => ({ until, version, at }),
    /** Absent in older checkpoints: everything is labelled anew. */
    load(saved: SavedLabels | undefined, added: number): void {
      until = saved?.until ?? added;
      version = saved?.version ?? Number.NaN;
      at = saved?.at ?? 0;
    },
  };
}
