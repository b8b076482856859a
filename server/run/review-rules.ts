/** What decisions about answers come to. */
import type { ReviewVerdict } from '../protocol/index.ts';
import type { Review } from '../storage/reviews-contract.ts';

/** Of these the answer itself counts no more. */
export const REJECTS: readonly ReviewVerdict[] = ['fix', 'ask-again', 'remove'];

/** The answer that a reviewer gave in place of another. */
export const fixIdOf = ({ id }: Pick<Review, 'id'>): string => `fix-${id}`;

/** The newest decision about each answer. @param reviews oldest first */
export function newestReviews(reviews: readonly Review[]): Map<string, Review> {
  return new Map(reviews.map((review) => [review.feedbackId, review]));
}

/** Answers that do not count: those that were rejected, and fixes that are no longer the decision. */
export function rejectedBy(reviews: readonly Review[]): string[] {
  const newest = newestReviews(reviews);
  const rejected = [...newest.values()].filter(({ verdict }) => REJECTS.includes(verdict));
  const over = reviews.filter(
    (review) => review.verdict === 'fix' && newest.get(review.feedbackId) !== review,
  );
  return [...rejected.map(({ feedbackId }) => feedbackId), ...over.map(fixIdOf)];
}
