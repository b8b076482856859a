import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wilson } from '../../../agent/quality/certify.ts';
import { pairedDifference } from '../../../agent/quality/paired.ts';

test('[PROMO-2] the interval of a share is that of Wilson (1927)', () => {
  // 81 of 263: Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
  const { low, high } = wilson(81, 263);
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662']);
  const none = wilson(0, 20);
  expect([none.low.toFixed(4), none.high.toFixed(4)]).toEqual(['0.0000', '0.1611']);
});

test('[PROMO-2] the interval of a paired difference is that of Newcombe (1998), method 10', () => {
  // 36, 12, 2 and 0 of 50: table II of the paper.
  const { difference, low, high } = pairedDifference({ both: 36, first: 12, second: 2, none: 0 });
  expect([difference.toFixed(4), low.toFixed(4), high.toFixed(4)]).toEqual([
    '0.2000',
    '0.0569',
    '0.3404',
  ]);
});

const counts = fc
  .tuple(...Array.from({ length: 4 }, () => fc.nat(200)))
  .filter((four) => four.some((n) => n > 0))
  .map(([both, first, second, none]) => ({ both, first, second, none }) as never);

test('[PROMO-2] the interval holds the difference, and turns round with the two', () => {
  fc.assert(
    fc.property(counts, (four: { both: number; first: number; second: number; none: number }) => {
      const { difference, low, high } = pairedDifference(four);
      expect(low).toBeLessThanOrEqual(difference + 1e-12);
      expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
      const turned = pairedDifference({ ...four, first: four.second, second: four.first });
      expect(turned.difference).toBeCloseTo(-difference, 12);
      expect(turned.low).toBeCloseTo(-high, 12);
      expect(turned.high).toBeCloseTo(-low, 12);
    }),
  );
});
