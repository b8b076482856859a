import { release } from '../release.ts';

/** A set of slots with O(1) insertion, removal and access by position. */
export function createSlotSet() {
  let members = new Int32Array(16);
  let size = 0;
  /** Of each slot its position plus one; 0: not a member. */
  let positions = new Int32Array(16);

  return {
    get size() {
      return size;
    },
    at: (position: number) => members[position]!,
    /** In the order that `at` counts: what is drawn after a restart depends on it. */
    members: () => members.subarray(0, size),
    set(slot: number, present: boolean): void {
      const position = (positions[slot] ?? 0) - 1;
      if (present === position >= 0) return;
      if (slot >= positions.length) positions = wider(positions, slot + 1);
      if (present) {
        if (size === members.length) members = wider(members, size + 1);
        members[size++] = slot;
        positions[slot] = size;
        return;
      }
      const last = members[--size]!;
      members[position] = last;
      positions[last] = position + 1;
      positions[slot] = 0;
    },
    clear(): void {
      size = 0;
      positions.fill(0);
    },
  };
}

function wider(array: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(Math.max(least, 2 * array.length));
  next.set(array);
  release([array.buffer]);
  return next;
}
