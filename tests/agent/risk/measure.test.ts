import fc from 'fast-check';
import { expect, it } from 'vitest';
import { areaUnderRoc, calibrationError, calibrationOf } from '../../../agent/risk/measure.ts';
import { createRandom } from '../../../sim/random.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });

it('[RISK-4] the area under the curve is the share of pairs in the right order, ties half', () => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      let right = 0;
      for (const p of positives) for (const n of negatives) right += p > n ? 1 : p === n ? 0.5 : 0;
      const share = right / (positives.length * negatives.length);
      expect(areaUnderRoc(positives, negatives)).toBeCloseTo(share, 12);
      expect(areaUnderRoc(negatives, positives)).toBeCloseTo(1 - share, 12);
    }),
  );
});

it('[RISK-4] the area is not a number where there is nothing to tell apart', () => {
  expect(areaUnderRoc([], [1])).toBeNaN();
  expect(areaUnderRoc([1], [])).toBeNaN();
});

it('[RISK-4] the calibration error is 0 for true shares, and the difference where all are off by it', () => {
  const labels = Array.from({ length: 1000 }, (_, i) => (i % 10 < 3 ? 1 : 0));
  expect(
    calibrationError(
      labels.map(() => 0.3),
      labels,
    ),
  ).toBeCloseTo(0, 10);
  expect(
    calibrationError(
      labels.map(() => 0.7),
      labels,
    ),
  ).toBeCloseTo(0.4, 10);
  expect(calibrationError([], [])).toBeNaN();
});

it('[RISK-4] calibration finds the log-odds that outcomes were drawn from, and makes them true', () => {
  const random = createRandom(3);
  const truth = Array.from({ length: 4000 }, () => 2 * random.normal() - 2);
  const labels = truth.map((x) => (random.next() < sigmoid(x) ? 1 : 0));
  const told = truth.map((x) => 3 * x + 5);
  const { a, b } = calibrationOf(told, labels);
  expect(a).toBeGreaterThan(0.28);
  expect(a).toBeLessThan(0.39);
  expect(Math.abs(b + (5 / 3) * 3 * a - 0)).toBeLessThan(0.4);
  expect(
    calibrationError(
      told.map((x) => sigmoid(a * x + b)),
      labels,
    ),
  ).toBeLessThan(0.02);
});

it('[RISK-4] calibration keeps the order; scores that have it wrong come to the share of events', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.nat(1)), {
        minLength: 1,
        maxLength: 60,
      }),
      (pairs) => {
        const logits = pairs.map(([x]) => x);
        const labels = pairs.map(([, y]) => y);
        const { a, b } = calibrationOf(logits, labels);
        expect(Number.isFinite(a) && Number.isFinite(b)).toBe(true);
        expect(a).toBeGreaterThanOrEqual(0);
      },
    ),
  );
  const backwards = calibrationOf([3, 2, 1, -1, -2, -3], [0, 0, 0, 1, 0, 1]);
  expect(backwards).toEqual({ a: 0, b: Math.log(3 / 5) });
});
