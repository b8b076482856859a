import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, RANDOM_STATE_SIZE } from '../../sim/random.ts';
import { box, clipInto, sampleInto } from '../../sim/spaces.ts';

const take = (random: { next(): number }, n: number) =>
  Array.from({ length: n }, () => random.next());

describe('random', () => {
  it('[ENV-20] the same seed and stream give the same numbers, others do not', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.nat({ max: 50 }), (seed, stream) => {
        const numbers = take(createRandom(seed, stream), 8);
        expect(take(createRandom(seed, stream), 8)).toEqual(numbers);
        expect(take(createRandom(seed, stream + 1), 8)).not.toEqual(numbers);
        expect(take(createRandom(seed + 1, stream), 8)).not.toEqual(numbers);
      }),
    );
  });

  it('[ENV-21] a saved state continues exactly, through doubles', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 40 }), (seed, used) => {
        const random = createRandom(seed);
        take(random, used);
        const state = new Float64Array(RANDOM_STATE_SIZE + 1);
        random.save(state, 1);
        const expected = take(random, 10);
        const other = createRandom(seed + 7);
        other.load(state, 1);
        expect(take(other, 10)).toEqual(expected);
      }),
    );
  });

  it('[ENV-22] uniform and normal numbers have their moments', () => {
    const random = createRandom(11);
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
    }
    // Standard errors: 1/sqrt(n) and sqrt(2/n); five of them leave no room for luck.
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 100);
  });
});

describe('spaces', () => {
  it('[ENV-23] clips into the bounds and counts what it clipped', () => {
    const space = box(-1, 1, { names: ['steering', 'throttle'] });
    const out = new Float32Array(2);
    expect(clipInto(space, [2, -0.5], out)).toBe(1);
    expect([...out]).toEqual([1, -0.5]);
  });

  it('[ENV-24] names the field, value and range of a bad action', () => {
    const space = box(-1, 1, { names: ['steering', 'throttle'] });
    const out = new Float32Array(2);
    expect(() => clipInto(space, [0], out)).toThrow('action: has 1 numbers, expected 2');
    expect(() => clipInto(space, [0, Number.NaN], out)).toThrow(
      'action.throttle: is NaN, allowed -1 to 1',
    );
  });

  it('[ENV-25] samples stay inside', () => {
    const space = box([-2, 0], [-1, 5]);
    const random = createRandom(3);
    const out = new Float32Array(2);
    for (let i = 0; i < 1000; i++) {
      sampleInto(space, random, out);
      expect(out[0]! >= -2 && out[0]! <= -1 && out[1]! >= 0 && out[1]! <= 5).toBe(true);
    }
  });
});
