/**
 * Where each transition led to. Steps of an episode lie one after the other, so that nearly every next
 * observation is the observation of the following slot: only the others have a row of their own.
 */
import type { SavedArrays } from '../nn/adam.ts';
import { copy } from './columns.ts';
import type { ObservationRows } from './observation-rows.ts';

/** Names in checkpoints. Earlier ones have a row for every transition instead. */
const ROWS = 'replay/ownNextObservations';
const SLOTS = 'replay/ownNextSlots';
const EARLIER = 'replay/nextObservations';

/** Methods take the observations of all slots as they are now. */
export interface NextObservations {
  /** Bytes of the rows that are not shared. */
  readonly bytes: number;
  /** `slot` has just been written, after slot `previous` if there is one; its next observation is row `row` of `from`. */
  set(
    observations: ObservationRows,
    slot: number,
    previous: number | undefined,
    from: Float32Array,
    row: number,
  ): void;
  /** Copies the next observation of `slot` to row `row` of `into`. */
  read(observations: ObservationRows, slot: number, into: Float32Array, row: number): void;
  save(into: SavedArrays): void;
  /** @throws RangeError when the arrays are not those of `rows` transitions, the newest in slot `newest`. */
  load(
    arrays: Readonly<Record<string, Float32Array>>,
    observations: ObservationRows,
    rows: number,
    newest: number,
  ): void;
}

export function createNextObservations(capacity: number, d: number): NextObservations {
  const own = new Map<number, Float32Array>();
  const following = new Float32Array(d);
  /** Rows that became shared, for reuse. */
  const spare: Float32Array[] = [];

  function keep(slot: number, from: Float32Array, row: number): void {
    const kept = own.get(slot) ?? spare.pop() ?? new Float32Array(d);
    copy(from, row * d, kept, 0, d);
    own.set(slot, kept);
  }

  function share(observations: ObservationRows, slot: number): void {
    const kept = own.get(slot);
    if (!kept) return;
    observations.read((slot + 1) % capacity, following, 0);
    if (!isSame(kept, following)) return;
    own.delete(slot);
    spare.push(kept);
  }

  const next: NextObservations = {
    get bytes() {
      return (own.size + spare.length) * d * Float32Array.BYTES_PER_ELEMENT;
    },
    set(observations, slot, previous, from, row) {
      if (previous !== undefined && previous !== slot) share(observations, previous);
      keep(slot, from, row);
    },
    read(observations, slot, into, row) {
      const kept = own.get(slot);
      if (kept) copy(kept, 0, into, row * d, d);
      else observations.read((slot + 1) % capacity, into, row);
    },
    save(into) {
      const slots = [...own.keys()];
      const rows = new Float32Array(slots.length * d);
      for (const [i, slot] of slots.entries()) rows.set(own.get(slot)!, i * d);
      into[ROWS] = rows;
      into[SLOTS] = Float32Array.from(slots);
    },
    load(arrays, observations, rows, newest) {
      own.clear();
      const every = arrays[EARLIER];
      const slots = every ? Array.from({ length: rows }, (_, slot) => slot) : arrays[SLOTS];
      const saved = every ?? arrays[ROWS];
      if (!slots || saved?.length !== slots.length * d) {
        throw new RangeError(
          `checkpoint.${ROWS}: has ${saved?.length} numbers, expected ${(slots?.length ?? rows) * d}`,
        );
      }
      for (let i = 0; i < slots.length; i++) {
        keep(slots[i]!, saved, i);
        if (slots[i] !== newest) share(observations, slots[i]!);
      }
      spare.length = 0;
    },
  };
  return next;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
