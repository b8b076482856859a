/** The review of answers: what there is to look at, and what supervisors decide about it. Every decision can be undone. */
import type { Feedback } from '../../agent/contract.ts';
import { type ReviewCase, type ReviewHandle, type ReviewRequest, RunError } from '../contract.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { ReviewShow } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import { createLogReader, type LogReader } from '../storage/log-reader.ts';
import type { Review } from '../storage/reviews-contract.ts';
import type { FeedbackLog } from './feedback.ts';
import type { Queries } from './queries.ts';
import { casesOf } from './review-cases.ts';
import { fixIdOf, newestReviews, REJECTS, rejectedBy } from './review-rules.ts';
import type { Write } from './set-aside.ts';
import type { Standings } from './standings.ts';

export interface ReviewsOptions {
  readonly runId: string;
  readonly storage: Pick<Storage, 'listReviews' | 'putReview' | 'readFeedback' | 'assignmentsOf'>;
  readonly queries: Pick<Queries, 'setAside'>;
  readonly standings: Pick<Standings, 'isPaused' | 'paused'>;
  readonly learner: Pick<LearnerHandle, 'exclude'>;
  readonly feedback: Pick<FeedbackLog, 'put'>;
}

export class Reviews implements ReviewHandle {
  readonly #options: ReviewsOptions;
  readonly #reviews: Review[];
  readonly #log: LogReader;
  /** One decision after the other. */
  #work: Promise<unknown> = Promise.resolve();

  private constructor(options: ReviewsOptions, reviews: Review[]) {
    this.#options = options;
    this.#reviews = reviews;
    this.#log = createLogReader(options.storage, options.runId);
    options.learner.exclude({ feedbackIds: rejectedBy(reviews) });
  }

  static async open(options: ReviewsOptions): Promise<Reviews> {
    return new Reviews(options, await options.storage.listReviews(options.runId));
  }

  async list(show: ReviewShow, limit: number): Promise<ReviewCase[]> {
    const { standings } = this.#options;
    const paused = new Set(standings.paused);
    return casesOf(await this.#log(), this.#reviews, paused, show).slice(0, limit);
  }

  decide(request: ReviewRequest): Promise<void> {
    const work = this.#work.then(() => this.#decide(request));
    this.#work = work.catch(() => {});
    return work;
  }

  async #decide({ choice, ...request }: ReviewRequest): Promise<void> {
    const { runId, storage, queries, standings, learner, feedback } = this.#options;
    if (this.#reviews.some(({ id }) => id === request.id)) return;
    const answer = await this.#find({ ...request, choice });
    const { verdict, feedbackId } = request;
    const review: Review = { runId, ...request, at: Date.now() };
    if (verdict === 'fix') await feedback.put(fixOf(answer, review, choice));
    const rows = answer.queryId === undefined ? [] : await storage.assignmentsOf(answer.queryId);
    const row = rows.find((r) => r.feedbackId === feedbackId);
    const write: Write = (changed) => storage.putReview(review, changed);
    if (!row) await write([]);
    else if (REJECTS.includes(verdict))
      await queries.setAside.reject(row, verdict === 'ask-again', write);
    else await queries.setAside.restore(row, standings.isPaused(answer.teacherId), write);
    this.#reviews.push(review);
    learner.exclude({ feedbackIds: rejectedBy(this.#reviews) });
  }

  /** @throws RunError where there is nothing to decide, or somebody else has to */
  async #find({ feedbackId, reviewer, verdict, choice }: ReviewRequest): Promise<Feedback> {
    const log = await this.#log();
    const answer = log.find(({ id }) => id === feedbackId);
    if (!answer || answer.kind === 'retraction')
      throw new RunError('bad-message', `feedbackId: ${feedbackId} is no answer of this run`);
    if (log.some((f) => f.kind === 'retraction' && f.feedbackId === feedbackId))
      throw new RunError('bad-message', `feedbackId: ${feedbackId} was taken back by its person`);
    if (answer.teacherId === reviewer)
      throw new RunError('not-allowed', 'reviewer: nobody decides about their own answer');
    if (verdict === 'fix' && (answer.kind !== 'preference' || choice === undefined))
      throw new RunError('bad-message', 'choice: a fix of a comparison needs a, b or equal');
    if (verdict === 'undo' && !newestReviews(this.#reviews).has(feedbackId))
      throw new RunError('bad-message', `feedbackId: nobody has decided about ${feedbackId}`);
    return answer;
  }
}

/** The reviewer's own answer to the same clips, of which there is one however often it is sent. */
function fixOf(answer: Feedback, review: Review, choice: ReviewRequest['choice']): Feedback {
  if (answer.kind !== 'preference' || choice === undefined) return answer;
  const { runId, a, b } = answer;
  const { reviewer: teacherId, at } = review;
  const times = { shownAt: at, answeredAt: at, receivedAt: at, responseMs: 0 };
  return { id: fixIdOf(review), runId, teacherId, ...times, kind: 'preference', a, b, choice };
}
