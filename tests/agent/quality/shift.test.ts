/** Whether whole episodes are distributed as those before them. */
import { expect, test } from 'vitest';
import { createShiftTest } from '../../../agent/quality/shift.ts';
import { createRandom } from '../../../sim/random.ts';

const options = (size: number) => ({ size, window: 8, factor: 2.5, random: createRandom(7) });

/** Rows of an episode, in which steps resemble each other: each component has a level of its own in every episode. */
function episodes(n: number, size: number, seed: number, move = (x: number, _c: number) => x) {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => {
    const levels = Array.from({ length: size }, () => 0.5 * random.normal());
    return Float32Array.from({ length: 32 * size }, (_, i) =>
      move(levels[i % size]! + random.normal(), i % size),
    );
  });
}

function shiftOf(
  reference: readonly Float32Array[],
  newest: readonly Float32Array[],
  size: number,
) {
  const shift = createShiftTest(reference, options(size));
  for (const rows of newest) shift.add(rows);
  return shift.shift();
}

test('[QUAL-18] the index is Σ (q − p) ln(q / p) over tenths of the reference and what lies beyond it', () => {
  // 0, 1, … 319: ten a tenth of each episode's 32 would not divide, so each episode has all tenths alike.
  const reference = Array.from({ length: 32 }, () =>
    Float32Array.from({ length: 10 }, (_, i) => i),
  );
  const same = shiftOf(reference, reference.slice(0, 8), 1)!;
  expect(same.psi[0]).toBeCloseTo(0, 6);
  // Half of it as before, half beyond the greatest: ten cells of 0.05 in place of 0.1, one of 0.5 in place of 1/64.
  const beyond = Array.from({ length: 8 }, (_, e) =>
    Float32Array.from({ length: 10 }, (_, i) => (e % 2 ? i : 100)),
  );
  const expected = 10 * -0.05 * Math.log(0.5) + (0.5 - 1 / 64) * Math.log(32);
  expect(shiftOf(reference, beyond, 1)!.psi[0]).toBeCloseTo(expected, 5);
});

test('[QUAL-18] nothing is said before the window is full, and a reference that is no longer than it is refused', () => {
  const known = episodes(32, 2, 1);
  expect(shiftOf(known, known.slice(0, 7), 2)).toBeUndefined();
  expect(() => createShiftTest(known.slice(0, 8), options(2))).toThrow(
    'shift: the reference has 8 episodes, needs more than the window of 8',
  );
});

test('[QUAL-18] it names the component that moved, also where a sensor died; what never varies moves only once it does', () => {
  const size = 20;
  const known = episodes(32, size, 2, (x, c) => (c === 5 ? 1 : x));
  const steady = shiftOf(
    known,
    episodes(8, size, 3, (x, c) => (c === 5 ? 1 : x)),
    size,
  )!;
  expect(steady.ratio).toBeLessThan(1);
  expect(steady.psi[5]).toBeCloseTo(0, 6);
  const dead = shiftOf(
    known,
    episodes(8, size, 3, (x, c) => (c === 5 ? 1 : c === 11 ? 0 : x)),
    size,
  )!;
  expect([dead.at, dead.ratio > 1]).toEqual([11, true]);
  const wakes = shiftOf(
    known,
    episodes(8, size, 3, (x, c) => (c === 5 ? x : x)),
    size,
  )!;
  expect([wakes.at, wakes.ratio > 1]).toEqual([5, true]);
});

test('[QUAL-18] however many components there are, 100 episodes in which nothing moved seldom go beyond the limit', () => {
  for (const size of [1, 10, 100]) {
    let beyond = 0;
    for (let run = 0; run < 20; run++) {
      const all = episodes(100, size, 1000 * size + run);
      const shift = createShiftTest(all.slice(0, 32), options(size));
      const ratios = all.slice(32).map((rows) => {
        shift.add(rows);
        return shift.shift()?.ratio ?? 0;
      });
      if (Math.max(...ratios) > 1) beyond++;
    }
    // In the same 20 runs always: 1 of 20 is what may be.
    expect([size, beyond <= 1]).toEqual([size, true]);
  }
});
