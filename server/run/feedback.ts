/** A run's way in for feedback: checked, written, passed on to the learner; nothing accepted is lost. */
import type { Feedback } from '../../agent/contract.ts';
import { isLabel, stepsOf } from '../../agent/feedback.ts';
import { RunError } from '../contract.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { ClientFeedback } from '../protocol/index.ts';
import type { Assignment, Run, Storage } from '../storage/contract.ts';
import type { Episodes } from './episodes.ts';
import { type CheckContext, checkFeedback } from './feedback-check.ts';
import type { LiveActor } from './live-actor.ts';
import type { LiveActors } from './live-actors.ts';
import type { Queries } from './queries.ts';
import type { RunStatistics } from './statistics.ts';

export interface FeedbackLogOptions {
  readonly run: Run;
  readonly storage: Storage;
  readonly lives: Pick<LiveActors, 'reached'> & {
    /** The one whose open episode it is. */
    of(episodeId: string): Pick<LiveActor, 'step' | 'flush' | 'recorder'> | undefined;
  };
  readonly learner: Pick<LearnerHandle, 'feedback'>;
  readonly episodes: Pick<Episodes, 'recent' | 'ensureWritten'>;
  readonly queries: Pick<Queries, 'answering'>;
  readonly statistics: Pick<RunStatistics, 'answer'>;
}

export class FeedbackLog {
  readonly #options: FeedbackLogOptions;
  #count: number;

  /** @param count pieces of feedback in the log already, retractions left out */
  constructor(options: FeedbackLogOptions, count: number) {
    this.#options = options;
    this.#count = count;
  }

  /** Pieces of feedback in the log, retractions left out. */
  get count(): number {
    return this.#count;
  }

  /** What a viewer sent. @throws RunError naming field, value and what is allowed. */
  async accept(feedback: ClientFeedback, receivedAt: number): Promise<{ duplicate: boolean }> {
    const received = { ...feedback, receivedAt } as Feedback;
    await checkFeedback(received, this.#context());
    const { storage, queries } = this.#options;
    const isNew = !(await storage.hasFeedback(received.id));
    const answering = isNew ? await queries.answering(received) : undefined;
    try {
      const result = await this.put(received, answering?.rows);
      answering?.done();
      return result;
    } catch (error) {
      answering?.undo();
      throw error;
    }
  }

  /**
   * Resolves once it is on disk, the steps it is about before it: an answer without its steps would be
   * acknowledged for nothing. @throws RunError; nothing is in the log then
   */
  async put(
    feedback: Feedback,
    assignments?: readonly Assignment[],
  ): Promise<{ duplicate: boolean }> {
    await this.#stepsOnDisk(stepsOf(feedback)).catch((error: Error) => {
      if (error instanceof RunError) throw error;
      throw new RunError(
        'storage-failed',
        `the steps that the answer is about could not be written: ${error.message}`,
      );
    });
    return this.append(feedback, assignments).catch((error: Error) => {
      throw new RunError('storage-failed', `the answer could not be written: ${error.message}`);
    });
  }

  /** To the log and the learner, whatever becomes of the steps. */
  async append(
    feedback: Feedback,
    assignments?: readonly Assignment[],
  ): Promise<{ duplicate: boolean }> {
    const { storage, learner, statistics } = this.#options;
    const { sequence, duplicate } = await storage.appendFeedback(feedback, assignments);
    if (duplicate) return { duplicate };
    learner.feedback(sequence, feedback);
    if (isLabel(feedback)) {
      this.#count++;
      statistics.answer(Date.now());
    }
    return { duplicate };
  }

  async #stepsOnDisk(steps: ReadonlyMap<string, number>): Promise<void> {
    const { lives, episodes } = this.#options;
    for (const [episodeId, least] of steps) {
      const live = lives.of(episodeId);
      if (!live) continue;
      if (live.recorder)
        throw new RunError(
          'bad-message',
          `feedback: episode ${episodeId} is being recorded; say it once that has ended`,
        );
      if (live.step < least) await this.#firstStep(episodeId);
      await live.flush();
    }
    await episodes.ensureWritten([...steps.keys()]);
  }

  /** A press in the first moment of an episode is about its first step. @throws RunError where none comes */
  async #firstStep(episodeId: string): Promise<void> {
    const { lives, episodes } = this.#options;
    await lives.reached(episodeId, 1);
    const open = lives.of(episodeId);
    const length = open?.step ?? episodes.recent.get(episodeId)?.length ?? 0;
    if (length > 0) return;
    const why = open ? 'has no step yet: go on first' : 'ended before its first step';
    throw new RunError('bad-message', `feedback.step: is 0, but episode ${episodeId} ${why}`);
  }

  #context(): CheckContext {
    const { run, storage, lives, episodes } = this.#options;
    return {
      run,
      storage,
      recent: episodes.recent,
      openLength: (episodeId) => lives.of(episodeId)?.step,
    };
  }
}
