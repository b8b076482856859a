/** What supervisors decided about answers. Decisions are only ever appended: the newest about an answer holds. */
import type { ReviewVerdict } from '../protocol/index.ts';
import type { Assignment } from './assignments-contract.ts';

export interface Review {
  /** Made by the page, so that a retry is the same decision. */
  readonly id: string;
  readonly runId: string;
  readonly feedbackId: string;
  /** Pseudonym. */
  readonly reviewer: string;
  readonly verdict: ReviewVerdict;
  /** In the reviewer's words. */
  readonly reason: string;
  /** ms since epoch. */
  readonly at: number;
}

export interface ReviewStorage {
  /** With what it changes in the assignments: both or neither. The same id again changes nothing. */
  putReview(review: Review, assignments: readonly Assignment[]): Promise<void>;
  /** Oldest first. */
  listReviews(runId: string): Promise<Review[]>;
}
