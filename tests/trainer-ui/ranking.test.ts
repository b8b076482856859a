import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  orderOf,
  type Placing,
  place,
  rankOf,
  takeBack,
} from '../../trainer-ui/compare/ranking.ts';

const keys = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.boolean()), { maxLength: 20 });
const press = (list: readonly (readonly [number, boolean])[]) =>
  list.reduce<Placing>((placing, [clip, beside]) => place(placing, clip, beside), []);

test('[UI-22] digits place clips best first, Shift beside the last; the one left is the worst', () => {
  const placing = press([
    [2, false],
    [0, false],
    [3, true],
  ]);
  expect(placing).toEqual([[2], [0, 3]]);
  expect([0, 1, 2, 3].map((clip) => rankOf(placing, clip))).toEqual([1, undefined, 0, 1]);
  expect(orderOf(placing, 4)).toEqual([1, 3, 0, 1]);
  expect(orderOf(takeBack(placing), 4)).toBeUndefined();
});

test('[UI-22] whatever is pressed, a clip is placed at most once, and ranks are those of a ranking', () => {
  fc.assert(
    fc.property(keys, (list) => {
      const placing = press(list);
      const flat = placing.flat();
      expect(new Set(flat).size).toBe(flat.length);
      expect(placing.every((group) => group.length > 0)).toBe(true);
      const order = orderOf(placing, 4);
      expect(order === undefined).toBe(flat.length < 3);
      // Each rank is the number of clips that are strictly better.
      for (const rank of order ?? []) expect(order!.filter((r) => r < rank)).toHaveLength(rank);
    }),
  );
});

test('[UI-22] taking back undoes one key after the other', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3]), fc.array(fc.boolean()), (clips, beside) => {
      let placing = press(clips.map((clip, i) => [clip, beside[i] ?? false]));
      for (let left = clips.length; left > 0; left--) {
        expect(placing.flat()).toEqual(clips.slice(0, left));
        placing = takeBack(placing);
      }
      expect(placing).toEqual([]);
      expect(takeBack(placing)).toEqual([]);
    }),
  );
});
