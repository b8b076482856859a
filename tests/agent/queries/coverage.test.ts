import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cover, pairDistance } from '../../../agent/queries/coverage.ts';

const D = 3;
const value = fc
  .double({ min: -10, max: 10, noNaN: true })
  // No denormals: a change of unit would round them.
  .map((v) => (Math.abs(v) < 1e-20 ? 0 : Math.fround(v)));
const features = fc
  .array(value, { minLength: 2 * D, maxLength: 2 * D })
  .map((list) => Float32Array.from(list));
const pools = fc.array(features, { minLength: 1, maxLength: 12 });

const swapped = (f: Float32Array) => Float32Array.of(...f.subarray(D), ...f.subarray(0, D));

test('[QRY-4] a question is as far as the same one with its sides exchanged; distances are symmetric', () => {
  fc.assert(
    fc.property(pools, (pool) => {
      const distance = pairDistance(pool);
      for (const a of pool) {
        expect(distance(a, swapped(a))).toBe(0);
        for (const b of pool) {
          expect(distance(a, b)).toBeCloseTo(distance(b, a), 9);
          expect(distance(swapped(a), b)).toBeCloseTo(distance(a, b), 9);
        }
      }
    }),
  );
});

test('[QRY-4] the unit of an observation changes nothing about what is covered', () => {
  // Powers of two scale floats exactly, and variances with them.
  const exponent = fc.integer({ min: -8, max: 8 });
  fc.assert(
    fc.property(pools, fc.array(exponent, { minLength: D, maxLength: D }), (pool, exponents) => {
      const inUnits = pool.map((f) => f.map((v, i) => v * 2 ** exponents[i % D]!));
      const count = Math.ceil(pool.length / 2);
      expect(cover(inUnits, count, [])).toEqual(cover(pool, count, []));
    }),
  );
});

test('[QRY-4] chosen questions are different ones, and each the farthest that was left', () => {
  fc.assert(
    fc.property(pools, fc.array(features, { maxLength: 4 }), fc.nat(15), (pool, asked, count) => {
      const chosen = cover(pool, count, asked);
      expect(chosen).toHaveLength(Math.min(count, pool.length));
      expect(new Set(chosen).size).toBe(chosen.length);
      const distance = pairDistance([...pool, ...asked]);
      const gap = (i: number, others: readonly Float32Array[]) =>
        Math.min(...others.map((f) => distance(pool[i]!, f)));
      for (const [n, pick] of chosen.entries()) {
        const before = [...asked, ...chosen.slice(0, n).map((i) => pool[i]!)];
        if (before.length === 0) continue;
        for (const i of pool.keys())
          if (!chosen.slice(0, n).includes(i))
            expect(gap(pick, before)).toBeGreaterThanOrEqual(gap(i, before));
      }
    }),
  );
});
