/** A set of slots with O(1) insertion, removal and access by position. */
export function createSlotSet() {
  const members: number[] = [];
  const positions = new Map<number, number>();
  return {
    get size() {
      return members.length;
    },
    at: (position: number) => members[position]!,
    /** In the order that `at` counts: what is drawn after a restart depends on it. */
    members: () => members,
    set(slot: number, present: boolean): void {
      const position = positions.get(slot);
      if (present === (position !== undefined)) return;
      if (present) {
        positions.set(slot, members.length);
        members.push(slot);
        return;
      }
      const last = members.pop()!;
      positions.delete(slot);
      if (last !== slot) {
        members[position!] = last;
        positions.set(last, position!);
      }
    },
    clear(): void {
      members.length = 0;
      positions.clear();
    },
  };
}
