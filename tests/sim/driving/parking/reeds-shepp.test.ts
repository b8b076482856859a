import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Word, words, wrapAngle } from '../../../../sim/driving/parking/reeds-shepp.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Drive the word in small exact arcs from the origin. */
function drive(word: Word): { x: number; y: number; heading: number } {
  let [x, y, heading] = [0, 0, 0];
  word.turns.forEach((turn, i) => {
    const length = word.lengths[i]!;
    const end = heading + turn * length;
    if (turn === 0) {
      x += length * Math.cos(heading);
      y += length * Math.sin(heading);
    } else {
      x += (Math.sin(end) - Math.sin(heading)) / turn;
      y -= (Math.cos(end) - Math.cos(heading)) / turn;
    }
    heading = end;
  });
  return { x, y, heading };
}

describe('Reeds–Shepp paths', () => {
  it('[DRIVE-40] every word ends at the pose asked for, and there always is one', () => {
    fc.assert(
      fc.property(number(-8, 8), number(-8, 8), number(-3.1, 3.1), (x, y, phi) => {
        const found = words(x, y, phi);
        expect(found.length).toBeGreaterThan(0);
        for (const word of found) {
          const end = drive(word);
          expect(Math.hypot(end.x - x, end.y - y)).toBeLessThan(1e-6);
          expect(Math.abs(wrapAngle(end.heading - phi))).toBeLessThan(1e-6);
          expect(word.length).toBeGreaterThanOrEqual(Math.hypot(x, y) - 1e-9);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('[DRIVE-40] finds the known shortest ones', () => {
    const shortest = (x: number, y: number, phi: number) =>
      Math.min(...words(x, y, phi).map((word) => word.length));
    expect(shortest(5, 0, 0)).toBeCloseTo(5, 9);
    expect(shortest(-5, 0, 0)).toBeCloseTo(5, 9);
    expect(shortest(1, 1, Math.PI / 2)).toBeCloseTo(Math.PI / 2, 9);
    // Turning on the spot: three sixths of a circle.
    expect(shortest(0, 0, Math.PI)).toBeCloseTo(Math.PI, 9);
    // The way back is as long as the way there.
    const [x, y, phi] = [2.3, -1.1, 0.7];
    const there = shortest(x, y, phi);
    const cos = Math.cos(phi);
    const sin = Math.sin(phi);
    expect(shortest(-(x * cos + y * sin), x * sin - y * cos, -phi)).toBeCloseTo(there, 9);
  });
});
