import { expect, test } from 'vitest';
import { CHARACTER, type CharacterName, choose } from '../../../cli/workforce/characters.ts';
import { qualityOf } from '../../../server/run/quality.ts';
import type { CountedAnswer } from '../../../server/run/shared-answers.ts';
import { createRandom } from '../../../sim/random.ts';

function answer(queryId: string, teacherId: string, verdict: string, ms = 1000): CountedAnswer {
  return { queryId, teacherId, verdict, leasedAt: 0, endedAt: ms };
}

/** Each question goes to two of the people. */
function crowd(characters: readonly CharacterName[], questions: number): CountedAnswer[] {
  const random = createRandom(4);
  return Array.from({ length: questions }, (_, q) => {
    const better = random.next() < 0.5 ? 'a' : 'b';
    const first = random.integer(characters.length);
    const second = (first + 1 + random.integer(characters.length - 1)) % characters.length;
    return [first, second].map((i) => {
      const name = characters[i]!;
      return answer(
        `q${q}`,
        `${i}-${name}`,
        choose(CHARACTER[name], { better, isObvious: false }, random),
      );
    });
  }).flat();
}

test('[QUAL-8] opposite answers to one question are told, and agreement and people are counted', () => {
  const report = qualityOf([
    answer('q1', 'ada', 'a', 900),
    answer('q1', 'bob', 'b'),
    answer('q2', 'ada', 'a', 1100),
    answer('q2', 'bob', 'a'),
    answer('q3', 'ada', 'b', 5000),
  ]);
  expect(report).toMatchObject({ answers: 5, shared: 2, disputed: ['q1'] });
  expect(report.alpha).toBeCloseTo(0, 10);
  const [ada, bob] = report.people;
  expect(ada).toMatchObject({ teacherId: 'ada', answers: 3, medianMs: 1100, shared: 2 });
  expect(bob).toMatchObject({ answers: 2, shared: 2 });
});

test('[QUAL-8] without shared questions nothing is claimed of anybody', () => {
  expect(qualityOf([])).toMatchObject({
    answers: 0,
    shared: 0,
    alpha: null,
    interval: null,
    people: [],
  });
  const report = qualityOf([answer('q1', 'ada', 'a'), answer('q2', 'bob', 'b')]);
  expect(report).toMatchObject({ shared: 0, alpha: null });
  expect(report.people.map((p) => p.accuracy)).toEqual([null, null]);
});

test('[QUAL-8] people of known character are told apart: good above weak above random above flipped', () => {
  const characters = ['good', 'good', 'good', 'weak', 'random', 'flipped'] as const;
  const report = qualityOf(crowd(characters, 900));
  const accuracy = (name: CharacterName) =>
    report.people.filter((p) => p.teacherId.endsWith(name)).map((p) => p.accuracy!);
  for (const good of accuracy('good')) expect(good).toBeGreaterThan(0.85);
  expect(accuracy('weak')[0]).toBeGreaterThan(0.6);
  expect(accuracy('weak')[0]).toBeLessThan(0.8);
  expect(Math.abs(accuracy('random')[0]! - 0.5)).toBeLessThan(0.1);
  expect(accuracy('flipped')[0]).toBeLessThan(0.2);
  const { low, high } = report.interval!;
  expect(low).toBeLessThan(report.alpha!);
  expect(high).toBeGreaterThan(report.alpha!);
});
