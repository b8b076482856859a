import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGrades, RATING_SCALE } from '../../../agent/teachers/graded.ts';
import { createRandom } from '../../../sim/random.ts';

test('[TCH-6] without noise a ranking is the order of the returns, ties included', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 6 }),
      (returns) => {
        const order = createGrades(createRandom(1)).rank(
          returns,
          Number.POSITIVE_INFINITY,
          0,
          1e-9,
        );
        for (const [i, a] of returns.entries())
          for (const [j, b] of returns.entries())
            expect(Math.sign(order[i]! - order[j]!) + 0).toBe(Math.sign(b - a) + 0);
      },
    ),
  );
});

test('[TCH-6] the rationality of rankings is recovered: the first is best as often as Luce says', () => {
  const grades = createGrades(createRandom(2));
  const returns = [0, 0.5, 1];
  const beta = 2;
  const trials = 5000;
  const first = [0, 0, 0];
  for (let i = 0; i < trials; i++) first[grades.rank(returns, beta, 0, 0).indexOf(0)]!++;
  const total = returns.reduce((sum, r) => sum + Math.exp(beta * r), 0);
  for (const [i, r] of returns.entries())
    expect(first[i]! / trials).toBeCloseTo(Math.exp(beta * r) / total, 1);
});

test('[TCH-7] ratings use the whole scale evenly, rise with the reward, and slip as often as said', () => {
  const random = createRandom(3);
  const exact = createGrades(createRandom(4));
  const noisy = createGrades(createRandom(4));
  const counts = Array.from({ length: RATING_SCALE }, () => 0);
  let differ = 0;
  for (let i = 0; i < 2000; i++) {
    const reward = random.normal();
    const score = exact.rate(reward, 0);
    counts[score]!++;
    if (noisy.rate(reward, 0.3) !== score) differ++;
  }
  for (const n of counts) expect(n / 2000).toBeCloseTo(1 / RATING_SCALE, 1);
  expect(exact.rate(-10, 0)).toBe(0);
  expect(exact.rate(10, 0)).toBe(RATING_SCALE - 1);
  // A slip hits the right score once in RATING_SCALE times.
  expect(differ / 2000).toBeCloseTo(0.3 * (1 - 1 / RATING_SCALE), 1);
});
