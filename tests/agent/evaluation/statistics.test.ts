import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bootstrapInterval,
  iqm,
  mean,
  pearson,
  quantile,
  summarise,
} from '../../../agent/evaluation/statistics.ts';
import { createRandom } from '../../../sim/random.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

describe('interquartile mean', () => {
  test('[EVAL-1] is the mean of the middle half', () => {
    expect(iqm([1, 2, 3, 4, 5, 6, 7, 8])).toBe(4.5);
    expect(iqm([100, 1, 2, -100])).toBe(1.5);
    // n = 6: 1.5 values cut on either side, so the edges count half: (0.5·2 + 3 + 4 + 0.5·5) / 3
    expect(iqm([6, 5, 4, 3, 2, 1])).toBeCloseTo(3.5, 12);
    expect(iqm([0, 0, 0, 9, 9, 900])).toBeCloseTo((0.5 * 0 + 0 + 9 + 0.5 * 9) / 3, 12);
    expect(iqm([7])).toBe(7);
    expect(iqm([])).toBeNaN();
  });

  test('[EVAL-1] lies within the range, does not depend on order, and moves with its values', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: -100, max: 100, noNaN: true }), (values, shift) => {
        const value = iqm(values);
        const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
        expect(value).toBeGreaterThanOrEqual(Math.min(...values) - slack);
        expect(value).toBeLessThanOrEqual(Math.max(...values) + slack);
        expect(iqm([...values].reverse())).toBeCloseTo(value, 6);
        expect(iqm(values.map((v) => v + shift))).toBeCloseTo(value + shift, 5);
      }),
    );
  });
});

describe('bootstrap', () => {
  test('[EVAL-2] the 95 % interval of the mean covers the truth in about 95 % of samples', () => {
    const random = createRandom(1);
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 40 }, () => 3 + random.normal());
      const { low, high } = bootstrapInterval(values, random, { statistic: mean, samples: 400 });
      if (low <= 3 && 3 <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.88);
    expect(covered / 300).toBeLessThan(0.99);
  });

  test('[EVAL-2] its width is that of theory: 2 · 1.96 σ / √n for a mean', () => {
    const random = createRandom(2);
    const values = Array.from({ length: 400 }, () => random.normal());
    const { low, high } = bootstrapInterval(values, random, { statistic: mean });
    expect(high - low).toBeGreaterThan(0.16);
    expect(high - low).toBeLessThan(0.24); // theory 0.196
  });

  test('[EVAL-3] strata are resampled within themselves', () => {
    const random = createRandom(3);
    const strata = [
      [0, 0, 0, 0],
      [10, 10, 10, 10],
    ];
    expect(bootstrapInterval(strata, random, { statistic: mean })).toEqual({ low: 5, high: 5 });
    const pooled = bootstrapInterval(strata.flat(), random, { statistic: mean });
    expect(pooled.high - pooled.low).toBeGreaterThan(4);
  });

  test('[EVAL-3] the same seed gives the same interval; bad input is refused', () => {
    const values = [1, 5, 2, 8, 3];
    const run = () => summarise(values, createRandom(9));
    expect(run()).toEqual(run());
    expect(() => bootstrapInterval([], createRandom(0))).toThrow(/empty/);
    expect(() => bootstrapInterval([1], createRandom(0), { level: 2 })).toThrow(/level: is 2/);
  });
});

test('[EVAL-1] quantile and correlation against hand-made values', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  expect(pearson([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12);
  expect(pearson([1, 1], [1, 2])).toBeNaN();
});
