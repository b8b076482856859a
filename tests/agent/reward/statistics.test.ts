import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  calibrationError,
  ceilingFromAgreement,
  relativeDistance,
  reliability,
} from '../../../agent/reward/statistics.ts';
import { createRandom } from '../../../sim/random.ts';

const judgements = fc.array(fc.tuple(fc.double({ min: 0.5, max: 1, noNaN: true }), fc.boolean()));

test('[RWD-22] every judgement is in one bin; the calibration error lies in [0, 1]', () => {
  fc.assert(
    fc.property(judgements, (list) => {
      const bins = reliability(
        list.map(([p]) => p),
        list.map(([, right]) => right),
      );
      expect(bins.reduce((n, bin) => n + bin.count, 0)).toBe(list.length);
      for (const { confidence, accuracy } of bins) {
        expect(confidence).toBeGreaterThanOrEqual(0.5);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(accuracy).toBeGreaterThanOrEqual(0);
        expect(accuracy).toBeLessThanOrEqual(1);
      }
      expect(calibrationError(bins)).toBeGreaterThanOrEqual(0);
      expect(calibrationError(bins)).toBeLessThanOrEqual(1);
    }),
  );
});

test('[RWD-22] who is right as often as they say has no calibration error, a sure coin tosser one of a half', () => {
  const random = createRandom(1);
  const confidences = Array.from({ length: 20_000 }, () => random.uniform(0.5, 1));
  const honest = confidences.map((p) => random.next() < p);
  expect(calibrationError(reliability(confidences, honest))).toBeLessThan(0.02);
  const sure = confidences.map(() => 1);
  const tossed = confidences.map(() => random.next() < 0.5);
  expect(calibrationError(reliability(sure, tossed))).toBeCloseTo(0.5, 1);
});

test('[RWD-23] the noise ceiling follows from how often a teacher answers alike', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 1, noNaN: true }), (accuracy) => {
      const agreement = accuracy ** 2 + (1 - accuracy) ** 2;
      expect(ceilingFromAgreement(agreement)).toBeCloseTo(accuracy, 5);
    }),
  );
});

test('[RWD-21] distance is in multiples of that between labels', () => {
  const grid = Float32Array.from({ length: 10 }, (_, i) => i);
  expect(relativeDistance(Float32Array.of(3, 7), 2, grid, 10, 1)).toBe(0);
  expect(relativeDistance(Float32Array.of(14), 1, grid, 10, 1)).toBeCloseTo(5);
});
