/** The learner's checkpoints: its thread writes drafts, which count once they are on disk. */
import type { Checkpoint } from '../../agent/contract.ts';
import type { Storage, StoredCheckpoint } from '../storage/contract.ts';
import type { LearnerEvent } from './messages.ts';

type Files = Pick<Storage, 'getCheckpoint' | 'newDraft' | 'adoptCheckpoint' | 'dropDraft'>;

export class Checkpoints {
  readonly #runId: string;
  readonly #files: Files;
  #engine: string | undefined;
  /** Asked of the present thread, and not written yet. */
  readonly #asked = new Set<string>();
  #written: Promise<void> = Promise.resolve();
  #writing = 0;

  constructor(runId: string, files: Files) {
    this.#runId = runId;
    this.#files = files;
  }

  /** For a thread that starts; undefined where the run has none yet. */
  async load(): Promise<StoredCheckpoint | undefined> {
    const stored = await this.#files.getCheckpoint(this.#runId);
    const engine = stored?.checkpoint.meta['engine'];
    this.#engine = typeof engine === 'string' ? engine : undefined;
    return stored;
  }

  /** Physics engine and version of the checkpoint that the present thread started from, where it says so. */
  get engine(): string | undefined {
    return this.#engine;
  }

  /** Where the thread is to write the next one. */
  ask(): string {
    const draft = this.#files.newDraft(this.#runId);
    this.#asked.add(draft);
    return draft;
  }

  /** `done` hears how it went: one that cannot be written leaves the one before, and the next may be. */
  adopt(
    { draft, bytes, error }: Extract<LearnerEvent, { type: 'checkpoint' }>,
    done: (error: Error | undefined) => void,
  ): void {
    this.#asked.delete(draft);
    this.#writing++;
    const adopted = error
      ? Promise.reject(new Error(error))
      : this.#files.adoptCheckpoint(this.#runId, draft);
    this.#written = adopted
      .then(
        () => done(undefined),
        ({ message }: Error) => done(new Error(`${message} (${roomFor(bytes)})`)),
      )
      .finally(() => this.#writing--);
  }

  /** Its thread died: nobody goes on writing what was asked of it. */
  abandon(): void {
    for (const draft of this.#asked) this.#files.dropDraft(draft);
    this.#asked.clear();
  }

  /** A slow disk or a busy thread gets no second one meanwhile. */
  get isWriting(): boolean {
    return this.#writing + this.#asked.size > 0;
  }

  /** The last one has been written. */
  get written(): Promise<void> {
    return this.#written;
  }
}

/** What a person must make room for: they grow, while the answers beside them still fit. */
function roomFor(bytes: number): string {
  return `a new one takes ${Math.ceil(bytes / 1e6)} MB beside the two that are kept`;
}

/** Each once: arrays that are read from a file are parts of one buffer. */
export function buffersOfCheckpoint({ arrays }: Checkpoint): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map((a) => a.buffer as ArrayBuffer))];
}
