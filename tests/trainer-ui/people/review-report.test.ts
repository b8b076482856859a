import { expect, test } from 'vitest';
import {
  decided,
  isAgreed,
  type ReviewedAnswer,
  said,
} from '../../../trainer-ui/people/review-report.ts';

const answer: ReviewedAnswer = {
  ...{ feedbackId: 'f', name: 'ada', verdict: 'a', responseMs: 4210, counts: true, review: null },
};

test('[REV-5] an answer and what was decided about it are read in words', () => {
  expect(said(answer)).toBe('left is better, after 4.2 s');
  expect(said({ ...answer, verdict: '1 0 2' })).toBe('1 0 2, after 4.2 s');
  expect(decided(answer)).toBe('');
  expect(decided({ ...answer, counts: false })).toContain('paused');
  const review = { verdict: 'ask-again', reason: 'too dark' } as const;
  expect(decided({ ...answer, review })).toBe('asked again: too dark');
  expect(decided({ ...answer, review: { ...review, reason: '' } })).toBe('asked again');
});

test('[QUAL-15] what can be made gold is a comparison on which two people or more agree', () => {
  const isGold = (...verdicts: string[]) => {
    const answers = verdicts.map((verdict) => ({ ...answer, verdict }));
    return isAgreed({ queryId: 'q', kind: 'preference', segments: [], answers });
  };
  expect([isGold('a', 'a'), isGold('b', 'b', 'b')]).toEqual([true, true]);
  expect([isGold('a'), isGold('a', 'b'), isGold('equal', 'equal'), isGold()]).toEqual(
    Array(4).fill(false),
  );
});
