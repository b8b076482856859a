import { expect, test } from 'vitest';
import { psiOfShares } from '../../../agent/quality/drift.ts';
import {
  activeMs,
  bitsOf,
  driftOf,
  errorReduction,
  hoursOfLastPercent,
} from '../../../agent/quality/kpis.ts';
import { createRandom } from '../../../sim/random.ts';

const MINUTE = 60_000;

test('[KPI-1] work is the time between answers; a pause counts as much as the answer after it took', () => {
  const scripted = Array.from({ length: 600 }, (_, i) => ({ at: i * 6000, responseMs: 6000 }));
  expect(600 / (activeMs(scripted) / 3_600_000)).toBeCloseTo(600, 6);
  const away = [...scripted, { at: 5 * 3_600_000, responseMs: 4000 }];
  expect(activeMs(away) - activeMs(scripted)).toBe(4000);
  // A page that was left open says that the answer took all night.
  expect(activeMs([{ at: 1, responseMs: 8 * 3_600_000 }])).toBe(MINUTE);
  expect(activeMs([])).toBe(0);
  // The order in which the log has them does not matter.
  expect(activeMs([...away].reverse())).toBe(activeMs(away));
});

test('[KPI-2] bits of an answer: golden values of 1 − H(p)', () => {
  const values = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1].map((p) => Number(bitsOf(p).toFixed(4)));
  expect(values).toEqual([0, 0.029, 0.1187, 0.2781, 0.531, 0.7136, 1]);
  expect(bitsOf(0.2)).toBeCloseTo(bitsOf(0.8), 12);
});

test('[KPI-3] error reduction is the share of errors that are gone, its interval that of both samples', () => {
  const found = errorReduction(
    { accuracy: 0.6, n: 100 },
    { accuracy: 0.8, n: 400 },
    createRandom(1),
  )!;
  expect(found.value).toBeCloseTo(0.5, 12);
  // By the delta method: r = e1/e0, sd of r = r √(Var e1/e1² + Var e0/e0²) = 0.079; 95 % is ± 0.155.
  expect(found.low).toBeGreaterThan(0.5 - 0.22);
  expect(found.low).toBeLessThan(0.5 - 0.1);
  expect(found.high).toBeGreaterThan(0.5 + 0.1);
  expect(found.high).toBeLessThan(0.5 + 0.18);
  expect(
    errorReduction({ accuracy: 1, n: 50 }, { accuracy: 0.9, n: 50 }, createRandom(1)),
  ).toBeUndefined();
  const worse = errorReduction(
    { accuracy: 0.8, n: 500 },
    { accuracy: 0.6, n: 500 },
    createRandom(1),
  )!;
  expect(worse.value).toBeCloseTo(-1, 12);
  expect(worse.high).toBeLessThan(0);
});

test('[KPI-3] its interval covers the truth in about 95 of 100 cases', () => {
  const random = createRandom(3);
  let covered = 0;
  const draw = (p: number, n: number) => {
    let right = 0;
    for (let i = 0; i < n; i++) if (random.next() < p) right++;
    return { accuracy: right / n, n };
  };
  for (let i = 0; i < 200; i++) {
    const { low, high } = errorReduction(draw(0.6, 150), draw(0.8, 150), random)!;
    if (low <= 0.5 && 0.5 <= high) covered++;
  }
  expect(covered).toBeGreaterThan(180);
  expect(covered).toBeLessThan(200);
});

test('[KPI-4] what the last hundredth of accuracy cost', () => {
  const curve = [
    { hours: 1, accuracy: 0.6 },
    { hours: 2, accuracy: 0.75 },
    { hours: 3, accuracy: 0.79 },
    { hours: 5, accuracy: 0.795 },
    { hours: 9, accuracy: 0.8 },
    { hours: 12, accuracy: 0.78 },
  ];
  expect(hoursOfLastPercent(curve)).toBe(6);
  expect(hoursOfLastPercent(curve.slice(0, 1))).toBeUndefined();
  expect(hoursOfLastPercent([])).toBeUndefined();
});

test('[KPI-5] PSI: golden values, and 0 where nothing moved', () => {
  expect(psiOfShares([0.5, 0.5], [0.5, 0.5])).toBe(0);
  // (0.3−0.5) ln(0.3/0.5) + (0.7−0.5) ln(0.7/0.5)
  expect(psiOfShares([0.5, 0.5], [0.3, 0.7])).toBeCloseTo(0.1695, 4);
});

test('[KPI-5] the alarm is calibrated on what did not move: few false ones, and a shift is found', () => {
  const random = createRandom(11);
  const times = (n: number, scale: number) =>
    Array.from({ length: n }, () => scale * Math.exp(0.5 * random.normal()));
  const words = (n: number, left: number) =>
    Array.from({ length: n }, () => (random.next() < left ? 'a' : 'b'));
  let falseTimes = 0;
  let falseWords = 0;
  let missed = 0;
  for (let i = 0; i < 60; i++) {
    if (driftOf(times(200, 4000), times(50, 4000), random).isMoved) falseTimes++;
    if (driftOf(words(200, 0.5), words(50, 0.5), random).isMoved) falseWords++;
    if (!driftOf(times(200, 4000), times(50, 2000), random).isMoved) missed++;
    if (!driftOf(words(200, 0.5), words(50, 0.9), random).isMoved) missed++;
  }
  // One in a hundred each; above 6 of 60 is a chance of less than 1e-5.
  expect(falseTimes).toBeLessThanOrEqual(6);
  expect(falseWords).toBeLessThanOrEqual(6);
  expect(missed).toBeLessThanOrEqual(2);
  expect(() => driftOf([1, 2], [1, 2], random)).toThrow(RangeError);
});
