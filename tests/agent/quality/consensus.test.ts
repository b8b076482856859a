import { describe, expect, test } from 'vitest';
import {
  type Consensus,
  dawidSkene,
  type Label,
  majority,
  voteShares,
} from '../../../agent/quality/consensus.ts';
import { createRandom } from '../../../sim/random.ts';
import { ANAESTHETISTS } from './anaesthetists.ts';

const SIZE = { items: 45, people: 5, classes: 4 };
const fixed = (values: ArrayLike<number>, digits: number) =>
  Array.from(values, (value) => value.toFixed(digits));

describe('[QUAL-3] Dawid and Skene’s anaesthetists', () => {
  const found = dawidSkene(ANAESTHETISTS, SIZE, { model: 'full' });

  test('the likelihood never falls and ends where it should', () => {
    const { logLikelihood } = found;
    for (const [i, value] of logLikelihood.entries())
      if (i > 0) expect(value).toBeGreaterThanOrEqual(logLikelihood[i - 1]! - 1e-9);
    expect(logLikelihood.at(-1)!.toFixed(4)).toBe('-192.8909');
  });

  test('shares of the classes and the errors of the first observer', () => {
    expect(fixed(found.prior, 4)).toEqual(['0.3996', '0.4220', '0.1118', '0.0667']);
    const diagonal = found.confusion[0]!.map((row, k) => row[k]!);
    expect(fixed(diagonal, 3)).toEqual(['0.889', '0.876', '0.661', '0.444']);
  });

  test('it decides otherwise than the majority for the patients 2, 12 and 36', () => {
    const votes = voteShares(ANAESTHETISTS, SIZE.items, SIZE.classes);
    const differs = votes.flatMap((row, i) =>
      majority(row) === majority(found.posterior[i]!) ? [] : [i + 1],
    );
    expect(differs).toEqual([2, 12, 36]);
  });
});

/** People with these shares of right answers, each item answered by `each` of them. */
function crowd(skills: readonly number[], items: number, each: number, seed: number) {
  const random = createRandom(seed);
  const truth = Array.from({ length: items }, () => random.integer(2));
  const labels: Label[] = truth.flatMap((right, item) =>
    Array.from({ length: each }, (_, i) => {
      const person = (item + i * (1 + (item % 3))) % skills.length;
      return { item, person, label: random.next() < skills[person]! ? right : 1 - right };
    }),
  );
  return { truth, labels };
}

const accuracy = (rows: Consensus['posterior'], truth: readonly number[]) =>
  truth.filter((right, i) => majority(rows[i]!) === right).length / truth.length;

test('[QUAL-4] where 40 % of the people are bad, consensus is better than the majority of the same answers', () => {
  const skills = [0.9, 0.85, 0.5, 0.45, 0.9];
  let better = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const { truth, labels } = crowd(skills, 300, 3, seed);
    const size = { items: 300, people: 5, classes: 2 };
    const found = dawidSkene(labels, size, { model: 'one-coin', smoothing: 1 });
    const votes = accuracy(voteShares(labels, 300, 2), truth);
    if (accuracy(found.posterior, truth) > votes) better++;
    for (const [person, skill] of skills.entries())
      expect(Math.abs(found.confusion[person]![0]![0]! - skill)).toBeLessThan(0.15);
  }
  expect(better).toBeGreaterThanOrEqual(9);
});

test('[QUAL-4] somebody who presses one key always is seen as such', () => {
  const { labels } = crowd([0.9, 0.9, 0.9], 200, 3, 3);
  const lazy = labels.map((l) => (l.person === 2 ? { ...l, label: 0 } : l));
  const size = { items: 200, people: 3, classes: 2 };
  const { confusion } = dawidSkene(lazy, size, { model: 'full', smoothing: 0.1 });
  const [ofZero, ofOne] = confusion[2]!;
  expect(ofZero![0]!).toBeGreaterThan(0.98);
  expect(ofOne![0]!).toBeGreaterThan(0.98);
});

test('[QUAL-3] nobody’s answers leave an item open; unknown labels are refused; ties go to the first', () => {
  const size = { items: 2, people: 1, classes: 2 };
  const { posterior } = dawidSkene([{ item: 0, person: 0, label: 1 }], size, {
    model: 'one-coin',
    smoothing: 1,
  });
  for (const row of posterior) expect(row[0]! + row[1]!).toBeCloseTo(1, 12);
  expect(() => dawidSkene([{ item: 2, person: 0, label: 0 }], size, { model: 'full' })).toThrow(
    /item 2/,
  );
  expect(majority([0, 0])).toBeUndefined();
  expect(majority([1, 1])).toBe(0);
});
