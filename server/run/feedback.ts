/** A run's way in for feedback: checked, written, passed on to the learner; nothing accepted is lost. */
import type { Feedback } from '../../agent/contract.ts';
import { RunError } from '../contract.ts';
import { episodeIds, type LearnerHandle } from '../learner/handle.ts';
import type { ClientFeedback } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';
import type { RunEpisodes } from './episodes.ts';
import { checkFeedback } from './feedback-check.ts';
import type { RunLive } from './live-actor.ts';
import type { RunQuestions } from './queries.ts';

export interface RunAnswers {
  /** Pieces of feedback in the log, retractions left out. */
  readonly count: number;
  /** To the log and the learner; for what needs no check. */
  append(feedback: Feedback): Promise<{ duplicate: boolean }>;
  /** Resolves once it is on disk, the steps it is about included. @throws RunError */
  put(feedback: Feedback): Promise<{ duplicate: boolean }>;
  /** What a viewer sent. @throws RunError naming field, value and what is allowed. */
  accept(feedback: ClientFeedback, receivedAt: number): Promise<{ duplicate: boolean }>;
}

export async function createRunAnswers(options: {
  readonly run: Run;
  readonly storage: Storage;
  live(): Pick<RunLive, 'state' | 'step' | 'flush'>;
  learner(): Pick<LearnerHandle, 'sendFeedback'>;
  readonly episodes: Pick<RunEpisodes, 'recent' | 'keepNamed'>;
  readonly questions: Pick<RunQuestions, 'answered'>;
  /** One more piece of feedback. */
  counted(): void;
}): Promise<RunAnswers> {
  const { run, storage, live, episodes } = options;
  let count = await storage.countFeedback(run.id);

  async function append(feedback: Feedback): Promise<{ duplicate: boolean }> {
    const { sequence, duplicate } = await storage.appendFeedback(feedback);
    if (!duplicate) {
      options.learner().sendFeedback(sequence, feedback);
      if (feedback.kind !== 'retraction') {
        count++;
        options.counted();
      }
    }
    return { duplicate };
  }

  async function put(feedback: Feedback): Promise<{ duplicate: boolean }> {
    const open = live().state?.episodeId;
    const ids = episodeIds(feedback);
    const result = await append(feedback).catch((error: Error) => {
      throw new RunError('storage-failed', `the answer could not be written: ${error.message}`);
    });
    if (open !== undefined && ids.includes(open)) await stepsOnDisk();
    await episodes.keepNamed(ids);
    return result;
  }

  async function stepsOnDisk(): Promise<void> {
    await live()
      .flush()
      .catch((error: Error) => {
        throw new RunError(
          'storage-failed',
          `the answer is written, but not the steps it is about: ${error.message}`,
        );
      });
  }

  return {
    get count() {
      return count;
    },
    append,
    put,
    async accept(feedback, receivedAt) {
      await checkFeedback(feedback, {
        run,
        storage,
        recent: episodes.recent,
        openEpisode() {
          const { state, step } = live();
          return state && { episodeId: state.episodeId, length: step };
        },
      });
      const result = await put({ ...feedback, receivedAt } as Feedback);
      if (feedback.queryId) options.questions.answered(feedback.queryId);
      return result;
    },
  };
}
