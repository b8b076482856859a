/** Answers to the same clips side by side, as the server tells them (server/connection/review-routes.ts). */

import type { ReviewVerdict, Segment } from '../../server/protocol/index.ts';

export interface ReviewedAnswer {
  readonly feedbackId: string;
  readonly name: string;
  readonly verdict: string;
  readonly responseMs: number;
  readonly counts: boolean;
  readonly review: { readonly verdict: ReviewVerdict; readonly reason: string } | null;
}

export interface ReviewCase {
  readonly queryId: string;
  readonly kind: string;
  readonly segments: readonly Segment[];
  readonly answers: readonly ReviewedAnswer[];
}

const SIDES: Readonly<Record<string, string>> = {
  a: 'left is better',
  b: 'right is better',
  equal: 'equal',
  incomparable: 'cannot tell',
};

export function said({ verdict, responseMs }: ReviewedAnswer): string {
  return `${SIDES[verdict] ?? verdict}, after ${(responseMs / 1000).toFixed(1)} s`;
}

/** Whether two people or more chose the same clip, and nobody the other: what may be asked of others as gold. */
export function isAgreed({ kind, answers }: ReviewCase): boolean {
  const verdicts = answers.flatMap(({ counts, verdict }) => (counts ? [verdict] : []));
  const [first] = verdicts;
  const isOneSide = (first === 'a' || first === 'b') && verdicts.every((each) => each === first);
  return kind === 'preference' && isOneSide && verdicts.length > 1;
}

const DECIDED: Readonly<Record<ReviewVerdict, string>> = {
  accept: 'accepted',
  fix: 'fixed',
  'ask-again': 'asked again',
  remove: 'removed',
  undo: '',
};

/** What was decided about an answer, and why. */
export function decided({ review, counts }: ReviewedAnswer): string {
  if (!review) return counts ? '' : 'does not count: its person is paused';
  return [DECIDED[review.verdict], review.reason].filter((part) => part !== '').join(': ');
}
