import { expect, test } from 'vitest';
import { CYCLIC_BY_CHANCE, triadsOf } from '../../../agent/quality/transitivity.ts';
import { createRandom } from '../../../sim/random.ts';

const over = (...pairs: string[]) =>
  pairs.map(([better, worse]) => ({ better: better!, worse: worse! }));

test('[QUAL-16] a triad is cyclic where each of three is better than the next', () => {
  expect(triadsOf(over('ab', 'bc', 'ca'))).toEqual({ n: 1, cyclic: 1 });
  expect(triadsOf(over('ac', 'cb', 'ba'))).toEqual({ n: 1, cyclic: 1 });
  expect(triadsOf(over('ab', 'bc', 'ac'))).toEqual({ n: 1, cyclic: 0 });
  expect(triadsOf(over('ab', 'bc'))).toEqual({ n: 0, cyclic: 0 });
  expect(triadsOf(over('ab', 'bc', 'ca', 'ad', 'bd', 'cd'))).toEqual({ n: 4, cyclic: 1 });
});

test('[QUAL-16] of a pair that is decided more than once the majority counts, a tie as nothing', () => {
  expect(triadsOf(over('ab', 'bc', 'ca', 'ac'))).toEqual({ n: 0, cyclic: 0 });
  expect(triadsOf(over('ab', 'bc', 'ca', 'ac', 'ca'))).toEqual({ n: 1, cyclic: 1 });
});

test('[QUAL-16] by a coin it is a quarter, by an order none; the number is that of Kendall and Babington Smith', () => {
  const random = createRandom(3);
  const names = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + i));
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  const tournament = pairs.map(([a, b]) => (random.next() < 0.5 ? [a, b] : [b, a]));
  const decisions = tournament.map(([better, worse]) => ({ better: better!, worse: worse! }));
  const { n, cyclic } = triadsOf(decisions);
  expect(n).toBe((40 * 39 * 38) / 6);
  // All triads, less those that one of the three wins.
  const wins = names.map((name) => decisions.filter(({ better }) => better === name).length);
  expect(cyclic).toBe(n - wins.reduce((sum, w) => sum + (w * (w - 1)) / 2, 0));
  expect(Math.abs(cyclic / n - CYCLIC_BY_CHANCE)).toBeLessThan(0.03);
  const ordered = pairs.map(([better, worse]) => ({ better, worse }));
  expect(triadsOf(ordered)).toEqual({ n, cyclic: 0 });
});
