import { expect, test } from 'vitest';
import {
  agreement,
  estimate,
  lineageWords,
  ofSo,
  pace,
  queueWords,
  reasonWords,
} from '../../trainer-ui/people/words.ts';

const report = { answers: 19, questions: 13, shared: 4, disputed: [], people: [] };

test('[UI-47] what is not known is not a number', () => {
  expect([
    ofSo({ n: 0, right: 0 }),
    estimate(undefined),
    pace({ answers: 0, medianMs: 0 }),
  ]).toEqual(['–', '–', '–']);
  expect(agreement({ ...report, shared: 0, alpha: null, interval: null })).toMatch(/^No question/);
});

test('[UI-47] figures come with their intervals, agreement with what it means', () => {
  expect(ofSo({ n: 10, right: 7 })).toBe('7 of 10');
  expect(estimate({ value: 1.46, low: 0.94, high: -0.02 }, true)).toBe('+1.5 (+0.9 to −0.0)');
  const words = (alpha: number) =>
    agreement({ ...report, alpha, interval: { low: 0.1, high: 0.95 } });
  expect(words(0.81)).toBe(
    'Agreement α 0.81 (0.10 to 0.95), reliable, over the 4 of 13 questions (31 %) that two or more answered',
  );
  expect(words(0.7)).toContain('tentative');
  expect(words(0.66)).toContain('not reliable');
});

test('[UI-47] what the rules decided is said in words, what a person wrote as they wrote it', () => {
  expect(reasonWords('answers')).toBe('answers like a coin');
  expect(reasonWords('asleep')).toBe('asleep');
  expect(reasonWords(null)).toBe('');
});

test('[LINE-3] what no policy has learned from is said with its reasons', () => {
  const none = { erased: null, promoted: null };
  const all = { accepted: 9, used: 9, unused: { waiting: 0 }, newest: 57, ...none };
  expect(lineageWords(all)).toBe(
    '9 of 9 pieces of feedback are in the policy (the last since policy 57).',
  );
  const some = { ...all, used: 6, unused: { retracted: 1, waiting: 2, paused: 0 } };
  expect(lineageWords({ ...some, erased: { feedback: 4, since: 41 } })).toBe(
    '6 of 9 pieces of feedback are in the policy (the last since policy 57); the others are: 1 taken back, 2 on the way.' +
      ' Policies from 41 on had learned from 4 that were erased.',
  );
  expect(lineageWords({ ...all, promoted: { model: 'model-1', version: 50 } })).toBe(
    '9 of 9 pieces of feedback are in the policy (the last since policy 57). Policy 50 is promoted.',
  );
});

test('[PEOPLE-6] what became of the questions is a sum, and whether it adds up', () => {
  const queue = { served: 9, answered: 5, skipped: 1, expired: 2, open: 1 };
  expect(queueWords({ ...queue, holds: true })).toMatch(
    /^9 questions .* 5 answered \+ 1 skipped \+ 2 expired \+ 1 open: it adds up/,
  );
  expect(queueWords({ ...queue, holds: false })).toContain('does not add up');
});
