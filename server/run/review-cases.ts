/** Answers to the same clips side by side, as a supervisor looks at them. */
import type { Feedback } from '../../agent/contract.ts';
import { segmentsOf } from '../../agent/feedback.ts';
import type { ReviewCase } from '../contract.ts';
import type { ReviewShow } from '../protocol/index.ts';
import type { Review } from '../storage/reviews-contract.ts';
import { newestReviews, REJECTS } from './review-rules.ts';
import { disagree, verdictOf } from './verdict.ts';

/** @param log oldest first */
export function casesOf(
  log: readonly Feedback[],
  reviews: readonly Review[],
  paused: ReadonlySet<string>,
  show: ReviewShow,
): ReviewCase[] {
  const newest = newestReviews(reviews);
  const gone = new Set(log.flatMap((f) => (f.kind === 'retraction' ? [f.feedbackId] : [])));
  const groups = new Map<string, Feedback[]>();
  for (const feedback of log) {
    const { queryId, id } = feedback;
    if (queryId === undefined || gone.has(id) || verdictOf(feedback) === undefined) continue;
    if (!['preference', 'ranking', 'rating'].includes(feedback.kind)) continue;
    groups.set(queryId, [...(groups.get(queryId) ?? []), feedback]);
  }
  const cases = [...groups].map(([queryId, said]) => caseOf(queryId, said, newest, paused));
  switch (show) {
    case 'disputed':
      return cases.filter(({ isDisputed }) => isDisputed).reverse();
    case 'new':
      return cases.filter(({ answers }) => answers.every(({ review }) => !review)).reverse();
    case 'decided':
      return cases
        .filter(({ answers }) => answers.some(({ review }) => review))
        .sort((one, other) => decidedAt(other) - decidedAt(one));
  }
}

function caseOf(
  queryId: string,
  said: readonly Feedback[],
  newest: ReadonlyMap<string, Review>,
  paused: ReadonlySet<string>,
): ReviewCase {
  const answers = said.map((feedback) => {
    const review = newest.get(feedback.id);
    return {
      ...{ feedbackId: feedback.id, teacherId: feedback.teacherId },
      ...{ verdict: verdictOf(feedback)!, answeredAt: feedback.receivedAt },
      responseMs: feedback.responseMs,
      counts: !paused.has(feedback.teacherId) && !(review && REJECTS.includes(review.verdict)),
      review: review && review.verdict !== 'undo' ? review : null,
    };
  });
  const counting = answers.filter(({ counts }) => counts);
  const isDecided = counting.some(({ review }) => review?.verdict === 'accept');
  return {
    queryId,
    kind: said[0]!.kind,
    segments: segmentsOf(said[0]!).map(([, segment]) => segment),
    isDisputed: !isDecided && disagree(counting.map(({ verdict }) => verdict)),
    answers,
  };
}

const decidedAt = ({ answers }: ReviewCase): number =>
  Math.max(...answers.map(({ review }) => review?.at ?? 0));
