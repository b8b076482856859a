/** What was decided about an answer, to whoever gave it. */
import type { ReviewVerdict } from '../server/protocol/index.ts';

const WORDS: Readonly<Record<ReviewVerdict, string>> = {
  accept: 'one was accepted',
  fix: 'for one another answer counts',
  'ask-again': 'one was rejected, and others are asked',
  remove: 'one was rejected',
  undo: 'about one it was decided anew',
};

export function ownWords({ verdict, reason }: { verdict: ReviewVerdict; reason: string }): string {
  return reason === '' ? WORDS[verdict] : `${WORDS[verdict]}: ${reason}`;
}
