/** What an answer says, as far as answers of different people to one query can be compared. */
import type { Feedback } from '../../agent/contract.ts';

/** undefined: the person declined to answer. Equal texts agree. */
export function verdictOf(feedback: Feedback): string | undefined {
  switch (feedback.kind) {
    case 'preference':
      return feedback.choice === 'skip' ? undefined : feedback.choice;
    case 'ranking':
      return feedback.order.join(' ');
    case 'rating':
      return `${feedback.score}/${feedback.scale}`;
    default:
      return feedback.kind;
  }
}

/** Ratings that are one apart still agree. */
export function disagree(verdicts: readonly string[]): boolean {
  const scores = verdicts.flatMap((v) => /^(\d+)\/\d+$/.exec(v)?.[1] ?? []).map(Number);
  if (scores.length === verdicts.length) return Math.max(...scores) - Math.min(...scores) > 1;
  return new Set(verdicts).size > 1;
}

/** What one who answers as before says with the clips on the other sides. */
export function swapped(verdict: string): string {
  return verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict;
}

/** Whether it says how two clips compare. */
export function isCompared(verdict: string): boolean {
  return verdict === 'a' || verdict === 'b' || verdict === 'equal';
}
