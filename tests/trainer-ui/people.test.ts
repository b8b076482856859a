import { expect, test } from 'vitest';
import {
  agreement,
  consensusWords,
  estimate,
  kappaWords,
  lineageWords,
  ofSo,
  pace,
  queueWords,
  reasonWords,
} from '../../trainer-ui/people/words.ts';

const kappas = { fleiss: null, cohen: [] };
const report = { answers: 19, questions: 13, shared: 4, disputed: [], people: [], kappas };

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

test('[UI-47] the kappas name the pair that agrees least, consensus what another method would decide', () => {
  expect(kappaWords(report)).toBe('');
  const cohen = [{ people: ['T-1', 'T-2'], kappa: -0.05, questions: 12 }];
  const fleiss = { kappa: 0.31, answers: 3, questions: 29 };
  expect(kappaWords({ ...report, kappas: { fleiss, cohen } })).toBe(
    'Fleiss’ κ 0.31 over the first 3 answers to each of them. Of two people T-1 and T-2 agree least: Cohen’s κ −0.05 over 12.',
  );
  const decided = { queryId: 'q', verdict: 'a', probability: 0.9, answers: 2 };
  const questions = [decided, { ...decided, verdict: null, probability: 0.5 }];
  const otherwise = { majority: 0, 'one-coin': 1, 'dawid-skene': 2 };
  expect(consensusWords({ method: 'majority', questions, otherwise })).toBe(
    '2 questions, 1 of them a tie; 1 otherwise by how often each is right (one-coin), 2 otherwise by how each errs (Dawid–Skene).',
  );
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
