import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alphaInterval,
  cohenKappa,
  fleissKappa,
  krippendorffAlpha,
  LEVELS,
} from '../../../agent/quality/agreement.ts';
import { createRandom } from '../../../sim/random.ts';
import { FLEISS } from './fleiss.ts';

/** Krippendorff's example, four people and twelve items; 0: not answered. */
const PEOPLE = ['123321412000', '123322412503', '033323422510', '123324412510'];
const UNITS = Array.from({ length: 12 }, (_, i) =>
  PEOPLE.flatMap((row) => (row[i] === '0' ? [] : [Number(row[i])])),
);

test('[QUAL-1] Krippendorff’s alpha of his own example, at every level', () => {
  const alphas = LEVELS.map((level) => krippendorffAlpha(UNITS, level)!.toFixed(5));
  expect(alphas).toEqual(['0.74342', '0.81539', '0.84911', '0.79740']);
});

test('[QUAL-1] Fleiss’ and Cohen’s kappa of the textbook examples', () => {
  expect(fleissKappa(FLEISS)!.toFixed(5)).toBe('0.20993');
  expect(
    cohenKappa([
      [20, 5],
      [10, 15],
    ])!.toFixed(5),
  ).toBe('0.40000');
  expect(() =>
    fleissKappa([
      [1, 1],
      [2, 1],
    ]),
  ).toThrow(/counts/);
});

test('[QUAL-1] where nothing varies, agreement is undefined, never 1', () => {
  for (const level of LEVELS)
    expect(
      krippendorffAlpha(
        [
          [2, 2],
          [2, 2],
        ],
        level,
      ),
    ).toBeUndefined();
  expect(krippendorffAlpha([[1], [2]], 'nominal')).toBeUndefined();
  expect(krippendorffAlpha([], 'nominal')).toBeUndefined();
  expect(
    fleissKappa([
      [2, 0],
      [2, 0],
    ]),
  ).toBeUndefined();
  expect(
    cohenKappa([
      [3, 0],
      [0, 0],
    ]),
  ).toBeUndefined();
  expect(alphaInterval([[2, 2]], 'nominal', createRandom(1))).toBeUndefined();
});

describe('[QUAL-2] properties of alpha', () => {
  const unit = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
  const data = fc.array(unit, { minLength: 1, maxLength: 15 });
  const level = fc.constantFrom(...LEVELS);
  const close = (a: number | undefined, b: number | undefined) => {
    if (a === undefined) expect(b).toBeUndefined();
    else expect(b).toBeCloseTo(a, 10);
  };

  test('the order of items, of people and items with one answer do not matter', () => {
    fc.assert(
      fc.property(data, level, (units, at) => {
        const alpha = krippendorffAlpha(units, at);
        close(alpha, krippendorffAlpha([...units].reverse(), at));
        close(
          alpha,
          krippendorffAlpha(
            units.map((u) => [...u].reverse()),
            at,
          ),
        );
        close(alpha, krippendorffAlpha([...units, [3]], at));
      }),
    );
  });

  test('it is at most 1, and 1 exactly where everybody agrees and items differ', () => {
    fc.assert(
      fc.property(data, level, (units, at) => {
        const alpha = krippendorffAlpha(units, at);
        if (alpha !== undefined) expect(alpha).toBeLessThanOrEqual(1 + 1e-12);
        const agreed = units.map((u) => u.map(() => u[0]!)).filter((u) => u.length > 1);
        const differ = new Set(agreed.map((u) => u[0])).size > 1;
        if (differ) expect(krippendorffAlpha(agreed, at)).toBeCloseTo(1, 10);
      }),
    );
  });

  test('names of nominal values and the unit of interval values do not matter', () => {
    fc.assert(
      fc.property(data, (units) => {
        const renamed = units.map((u) => u.map((v) => [0, 40, 7, 3, 1, 9][v]!));
        close(krippendorffAlpha(units, 'nominal'), krippendorffAlpha(renamed, 'nominal'));
        const scaled = units.map((u) => u.map((v) => 3 * v - 20));
        close(krippendorffAlpha(units, 'interval'), krippendorffAlpha(scaled, 'interval'));
      }),
    );
  });

  test('answers at random have an alpha near 0, and the interval says how near', () => {
    const random = createRandom(7);
    let inside = 0;
    for (let run = 0; run < 40; run++) {
      const units = Array.from({ length: 60 }, () => [0, 1, 2].map(() => random.integer(3)));
      const { low, high } = alphaInterval(units, 'nominal', random, 200)!;
      expect(high - low).toBeLessThan(0.5);
      if (low <= 0 && 0 <= high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(34); // 38 expected
  });
});
