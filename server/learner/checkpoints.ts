/** The learner's checkpoints on disk, each with the position in the feedback log that it contains. */
import type { Checkpoint } from '../../agent/contract.ts';
import { release } from '../../agent/release.ts';
import type { Storage, StoredCheckpoint } from '../storage/contract.ts';
import type { LearnerEvent } from './messages.ts';

export class Checkpoints {
  readonly #runId: string;
  readonly #storage: Pick<Storage, 'getCheckpoint' | 'putCheckpoint'>;
  /** Log position of the checkpoint that the present thread started from. */
  #resumedAt = 0;
  #engine: string | undefined;
  #written: Promise<void> = Promise.resolve();
  #writing = 0;

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
    this.#writing++;
    this.#written = this.#storage
      .putCheckpoint(this.#runId, stored)
      .then(
        () => done(undefined),
        (error: Error) => done(new Error(`${error.message} (${roomFor(event.checkpoint)})`)),
      )
      .finally(() => {
        this.#writing--;
        release(buffersOfCheckpoint(event.checkpoint));
      });
  }

  /** A slow disk gets no second one meanwhile. */
  get isWriting(): boolean {
    return this.#writing > 0;
  }

  /** The last one has been written. */
  get written(): Promise<void> {
    return this.#written;
  }
}

/** What a person must make room for: they grow, while the answers beside them still fit. */
function roomFor({ arrays }: Checkpoint): string {
  const bytes = Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return `a new one takes ${Math.ceil(bytes / 1e6)} MB beside the two that are kept`;
}

/** Each once: arrays that are read from a file are parts of one buffer. */
export function buffersOfCheckpoint({ arrays }: Checkpoint): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map((a) => a.buffer as ArrayBuffer))];
}
