import { expect, test } from 'vitest';
import { CONSENSUS_METHODS, consensusOf, kappasOf } from '../../../server/run/consensus.ts';
import type { CountedAnswer } from '../../../server/run/shared-answers.ts';
import { sharedAnswers } from '../../../server/run/shared-answers.ts';
import { createRandom } from '../../../sim/random.ts';
import { FLEISS } from '../../agent/quality/fleiss.ts';

const answer = (queryId: string, teacherId: string, verdict: string): CountedAnswer => ({
  ...{ queryId, teacherId, verdict, leasedAt: 0, endedAt: 1 },
});

/** One question per entry, answered by `ada` and `bob` as the table of counts says. */
function twoPeople(table: readonly (readonly number[])[]): CountedAnswer[] {
  let q = 0;
  return table.flatMap((row, first) =>
    row.flatMap((count, second) =>
      Array.from({ length: count }, () => {
        const id = `q${q++}`;
        return [answer(id, 'ada', 'ab'[first]!), answer(id, 'bob', 'ab'[second]!)];
      }).flat(),
    ),
  );
}

test('[QUAL-19] Cohen’s κ of two people who share ten questions or more: 0.4 of the textbooks’ 50 proposals', () => {
  const table = [
    [20, 5],
    [10, 15],
  ];
  const { cohen, fleiss } = kappasOf(sharedAnswers(twoPeople(table)));
  expect(cohen).toEqual([{ people: ['ada', 'bob'], kappa: expect.closeTo(0.4, 6), questions: 50 }]);
  // Fleiss' expects by what both said together: 55 and 45 of 100.
  expect(fleiss).toMatchObject({ answers: 2, questions: 50 });
  expect(fleiss!.kappa).toBeCloseTo((0.7 - 0.505) / (1 - 0.505), 6);
  const few = kappasOf(
    sharedAnswers(
      twoPeople([
        [5, 1],
        [1, 2],
      ]),
    ),
  );
  expect(few.cohen).toEqual([]);
  expect(kappasOf(sharedAnswers([]))).toEqual({ fleiss: null, cohen: [] });
});

test('[QUAL-19] Fleiss’ κ over as many answers as every question has: 0.210 of Fleiss’ ten subjects', () => {
  const answers = FLEISS.flatMap((row, q) => {
    const said = row.flatMap((n, k) => Array.from({ length: n }, () => 'abcde'[k]!));
    return said.map((verdict, rater) => answer(`q${q}`, `r${rater}`, verdict));
  });
  const { fleiss } = kappasOf(sharedAnswers([...answers, answer('q10', 'r0', 'a')]));
  expect(fleiss).toEqual({ kappa: expect.closeTo(0.21, 3), answers: 14, questions: 10 });
});

test('[QUAL-19] whoever is asked because the first two differ changes neither kappa', () => {
  const two = twoPeople([
    [20, 5],
    [10, 15],
  ]);
  const disputed = new Set(
    two
      .filter(({ queryId, verdict }) =>
        two.some((other) => other.queryId === queryId && other.verdict !== verdict),
      )
      .map(({ queryId }) => queryId),
  );
  const third = [...disputed].map((id) => answer(id, 'eve', 'a'));
  expect(disputed.size).toBe(15);
  expect(kappasOf(sharedAnswers([...two, ...third]))).toEqual(kappasOf(sharedAnswers(two)));
});

/** Five people answer every question: two mostly right, three who say left nine times of ten whatever is true. */
function leaning(questions: number) {
  const random = createRandom(8);
  const truth = Array.from({ length: questions }, () => (random.next() < 0.5 ? 'a' : 'b'));
  const answers = truth.flatMap((better, q) =>
    ['good', 'fair', 'left', 'leaning', 'lazy'].map((person) => {
      const isRight = random.next() < (person === 'good' ? 0.95 : 0.85);
      const other = better === 'a' ? 'b' : 'a';
      const left = random.next() < (better === 'a' ? 0.95 : 0.75) ? 'a' : 'b';
      const seeing = isRight ? better : other;
      return answer(`q${q}`, person, ['good', 'fair'].includes(person) ? seeing : left);
    }),
  );
  return { truth, answers };
}

test('[QUAL-20] consensus by each method, and how many questions the others decide otherwise', () => {
  const { truth, answers } = leaning(400);
  const right = Object.fromEntries(
    CONSENSUS_METHODS.map((method) => {
      const { questions } = consensusOf(answers, method);
      expect(questions.map(({ queryId }) => queryId)).toEqual(truth.map((_, q) => `q${q}`));
      return [method, questions.filter(({ verdict }, q) => verdict === truth[q]).length / 400];
    }),
  );
  // Three lean to the left together, so that votes do; only a matrix per person knows that their rights are worth more.
  expect(right['majority']!).toBeLessThan(0.8);
  expect(right['dawid-skene']!).toBeGreaterThan(0.93);
  expect(right['dawid-skene']!).toBeGreaterThan(right['one-coin']!);
  const { otherwise } = consensusOf(answers, 'dawid-skene');
  expect(otherwise['dawid-skene']).toBe(0);
  expect(otherwise.majority).toBe(consensusOf(answers, 'majority').otherwise['dawid-skene']);
  expect(otherwise.majority).toBeGreaterThan(80);
});

test('[QUAL-20] a tie decides nothing, and a question that one person answered is none', () => {
  const answers = [
    ...[answer('q1', 'ada', 'a'), answer('q1', 'bob', 'b')],
    ...[answer('q2', 'ada', 'b'), answer('q2', 'bob', 'b'), answer('q2', 'eve', 'a')],
    answer('q3', 'ada', 'a'),
  ];
  const { questions, method } = consensusOf(answers, 'majority');
  expect(method).toBe('majority');
  expect(questions).toEqual([
    { queryId: 'q1', verdict: null, probability: 0.5, answers: 2 },
    { queryId: 'q2', verdict: 'b', probability: expect.closeTo(2 / 3, 9), answers: 3 },
  ]);
  expect(consensusOf([], 'dawid-skene').questions).toEqual([]);
});
