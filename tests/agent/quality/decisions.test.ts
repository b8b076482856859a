/** Decisions on few answers: whether to pause somebody, whether to trust a model, whether figures moved. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certifyThreshold, labelsNeeded, wilsonLower } from '../../../agent/quality/certify.ts';
import { driftLimit, psi, psiOfShares } from '../../../agent/quality/drift.ts';
import {
  binomialTail,
  decisionBound,
  evidence,
  expectedAnswers,
  sprt,
} from '../../../agent/quality/sequential.ts';
import { createRandom } from '../../../sim/random.ts';

test('[QUAL-5] a quiz of ten lets a coin pass in the cases that the binomial says', () => {
  const percent = (n: number, least: number, p: number) =>
    (100 * binomialTail(n, least, p)).toFixed(1);
  const rows: [number, number, string, string, string][] = [
    [5, 4, '18.8', '73.7', '91.9'],
    [10, 7, '17.2', '87.9', '98.7'],
    [10, 8, '5.5', '67.8', '93.0'],
    [15, 11, '5.9', '83.6', '98.7'],
    [20, 14, '5.8', '91.3', '99.8'],
    [20, 15, '2.1', '80.4', '98.9'],
    [30, 21, '2.1', '93.9', '100.0'],
  ];
  for (const [n, least, ...expected] of rows)
    expect([0.5, 0.8, 0.9].map((p) => percent(n, least, p))).toEqual(expected);
});

test('[QUAL-5] the sequential test: evidence, bounds, and how many answers it takes', () => {
  expect(evidence(true).toFixed(3)).toBe('0.531');
  expect(evidence(false).toFixed(3)).toBe('-1.204');
  expect(decisionBound().toFixed(3)).toBe('2.944');
  expect(expectedAnswers('good').toFixed(1)).toBe('9.8');
  expect(expectedAnswers('bad').toFixed(1)).toBe('7.9');
  expect(sprt([false, false])).toMatchObject({ verdict: 'undecided' });
  expect(sprt([false, false, false])).toMatchObject({ verdict: 'bad', answers: 3 });
  expect(sprt(Array(6).fill(true))).toMatchObject({ verdict: 'good', answers: 6 });
  // Once found good it takes one more.
  const later = [...Array(6).fill(true), false, false, false];
  expect(sprt(later).verdict).toBe('good');
  expect(sprt(later, undefined, true).verdict).toBe('good');
  expect(sprt([...later, false], undefined, true)).toMatchObject({ verdict: 'bad', answers: 10 });
});

test('[QUAL-5] over 150 known questions one in ten is paused who is right in 85 %, hardly anybody in 92 %, every coin', () => {
  const paused = (share: number) => {
    const random = createRandom(6);
    const people = Array.from({ length: 2000 }, () =>
      sprt(
        Array.from({ length: 150 }, () => random.next() < share),
        undefined,
        true,
      ),
    );
    return people.filter(({ verdict }) => verdict === 'bad').length / people.length;
  };
  expect(paused(0.85)).toBeLessThan(0.12);
  expect(paused(0.92)).toBeLessThan(0.01);
  expect(paused(0.5)).toBeGreaterThan(0.999);
});

test('[QUAL-5] a coin is kept and a good person paused in about 5 % of the cases', () => {
  const random = createRandom(5);
  const share = (p: number, verdict: string) => {
    let n = 0;
    for (let run = 0; run < 4000; run++) {
      const answers = Array.from({ length: 200 }, () => random.next() < p);
      if (sprt(answers).verdict === verdict) n++;
    }
    return n / 4000;
  };
  expect(share(0.5, 'good')).toBeLessThan(0.06);
  expect(share(0.85, 'bad')).toBeLessThan(0.06);
});

test('[QUAL-6] how many held-out answers a target needs', () => {
  expect([0, 1, 2].map((errors) => labelsNeeded(0.95, errors))).toEqual([52, 87, 118]);
  expect([0, 1, 2].map((errors) => labelsNeeded(0.99, errors))).toEqual([268, 446, 602]);
});

test('[QUAL-6] the Wilson bound lies below the share and rises with more of the same', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 200 }), (right, n) => {
      fc.pre(right <= n);
      const lower = wilsonLower(right, n);
      expect(lower).toBeGreaterThanOrEqual(-1e-12);
      expect(lower).toBeLessThanOrEqual(right / n + 1e-12);
      expect(wilsonLower(2 * right, 2 * n)).toBeGreaterThanOrEqual(lower - 1e-12);
    }),
  );
});

test('[QUAL-6] a certificate keeps its promise on fresh data, and too few answers give none', () => {
  const random = createRandom(11);
  /** Calibrated: right as often as it says. */
  const draw = (n: number) =>
    Array.from({ length: n }, () => {
      const confidence = 0.5 + 0.5 * random.next();
      return { confidence, isRight: random.next() < confidence };
    });
  let issued = 0;
  let broken = 0;
  for (let run = 0; run < 200; run++) {
    const certificate = certifyThreshold(draw(3000), 0.95);
    if (!certificate) continue;
    issued++;
    // Calibrated and even: above t it is right in (1 + t) / 2 of the cases.
    if ((1 + certificate.threshold) / 2 < 0.95) broken++;
  }
  expect(issued).toBeGreaterThan(100);
  expect(broken / issued).toBeLessThan(0.05);
  expect(certifyThreshold(draw(80), 0.95)).toBeUndefined();
  expect(
    certifyThreshold(
      draw(3000).map((d) => ({ ...d, isRight: false })),
      0.95,
    ),
  ).toBeUndefined();
  expect(() => certifyThreshold([], 1)).toThrow(/target/);
});

test('[QUAL-7] the stability index: known shares, no movement, and its sign', () => {
  expect(psiOfShares([0.5, 0.5], [0.4, 0.6]).toFixed(4)).toBe('0.0405');
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 }),
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 }),
      (a, b) => {
        expect(psi(a, a)).toBeCloseTo(0, 12);
        expect(psi(a, b)).toBeGreaterThanOrEqual(0);
      },
    ),
  );
  expect(() => psi([], [1])).toThrow(/psi/);
});

test('[QUAL-7] the limit found on runs in which nothing moved lets 1 in 20 pass and finds a shift', () => {
  const random = createRandom(3);
  const sample = (shift: number) => Array.from({ length: 300 }, () => random.normal() + shift);
  const reference = sample(0);
  const limit = driftLimit(Array.from({ length: 200 }, () => psi(reference, sample(0))));
  let alarms = 0;
  for (let run = 0; run < 200; run++) if (psi(reference, sample(0)) > limit) alarms++;
  expect(alarms / 200).toBeLessThan(0.12);
  for (let run = 0; run < 20; run++) expect(psi(reference, sample(0.5))).toBeGreaterThan(limit);
});
