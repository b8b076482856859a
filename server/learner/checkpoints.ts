/** The learner's checkpoints on disk, each with the position in the feedback log that it contains. */
import type { Storage, StoredCheckpoint } from '../storage/contract.ts';
import type { LearnerEvent } from './messages.ts';

export class Checkpoints {
  readonly #runId: string;
  readonly #storage: Pick<Storage, 'getCheckpoint' | 'putCheckpoint'>;
  /** Log position of the checkpoint that the present thread started from. */
  #resumedAt = 0;
  #engine: string | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(runId: string, storage: Pick<Storage, 'getCheckpoint' | 'putCheckpoint'>) {
    this.#runId = runId;
    this.#storage = storage;
  }

  /** For a thread that starts; undefined where the run has none yet. */
  async load(): Promise<StoredCheckpoint | undefined> {
    const stored = await this.#storage.getCheckpoint(this.#runId);
    this.#resumedAt = stored?.feedbackSequence ?? 0;
    const engine = stored?.checkpoint.meta['engine'];
    this.#engine = typeof engine === 'string' ? engine : undefined;
    return stored;
  }

  /** Physics engine and version of the checkpoint that the present thread started from, where it says so. */
  get engine(): string | undefined {
    return this.#engine;
  }

  /** `done` hears how it went: one that cannot be written leaves the one before, and the next may be. */
  save(
    event: Extract<LearnerEvent, { type: 'checkpoint' }>,
    done: (error: Error | undefined) => void,
  ): void {
    const stored: StoredCheckpoint = {
      checkpoint: event.checkpoint,
      // A learner that was told nothing new still has what its checkpoint had.
      feedbackSequence: Math.max(event.feedbackSequence, this.#resumedAt),
      savedAt: Date.now(),
    };
    this.#written = this.#storage
      .putCheckpoint(this.#runId, stored)
      .then(() => done(undefined), done);
  }

  /** The last one has been written. */
  get written(): Promise<void> {
    return this.#written;
  }
}
