import { expect, test } from 'vitest';
import type { TeachingReply } from '../../server/protocol/index.ts';
import {
  adviceOf,
  countWords,
  headOf,
  kindsOf,
  takeoverWords,
} from '../../trainer-ui/learning/teaching/words.ts';

type Person = TeachingReply['people'][number];
const person = (name: string | null, said: Readonly<Record<string, number>>): Person => {
  const list = Object.entries(said).map(([kind, count]) => ({ kind, count, newest: null }));
  const count = Object.values(said).reduce((sum, n) => sum + n, 0);
  return { name, isPaused: false, count, said: list as never };
};

test('[UI-104] kinds that anybody gave have a column, in words', () => {
  const people = [person('ada', { override: 3 }), person('bob', { reward: 1, preference: 2 })];
  const kinds = kindsOf(people);
  expect(kinds.map(headOf)).toEqual(['Comparisons', 'Rewards', 'Takeovers']);
  expect(kinds.map((kind) => countWords(kind, 1))).toEqual([
    ...['1 comparison', '1 reward', '1 takeover'],
  ]);
  expect(countWords('critique', 2)).toBe('2 marked stretches');
});

test('[UI-104] advice needs answers: to compare where nobody did, to ask others where one said nearly all', () => {
  expect(adviceOf([])).toBe('');
  expect(adviceOf([person('ada', { reward: 19 })])).toBe('');
  expect(adviceOf([person('ada', { reward: 20 })])).toMatch(/Compare/);
  const others = person('bob', { preference: 2 });
  expect(adviceOf([person('ada', { reward: 18 }), others])).toMatch(/^ada said 90 % of it/);
  expect(adviceOf([person('ada', { reward: 15 }), person('bob', { preference: 5 })])).toBe('');
  expect(adviceOf([person(null, { reward: 18 }), others])).toBe('');
});

test('[UI-104] a takeover is told in steps and seconds', () => {
  const row = { name: 'ada', episodeId: 'e1', from: 40, at: 0, before: 40, steps: 5 };
  expect(takeoverWords(row, 0.1)).toBe('after 40 steps by itself (4.0 s), for 5 (0.5 s)');
  const soon = { ...row, before: 0, steps: 1 };
  expect(takeoverWords(soon, 0.02)).toBe('at once, for 1 (0.02 s)');
});
