/**
 * What one learner thread is told, in order: the feedback that its checkpoint lacks, then what comes,
 * each piece once and after the episodes that it is about. The next thread gets a delivery of its own.
 */
import type { Episode, Feedback } from '../../agent/contract.ts';
import { type EpisodeChunk, sliceEpisode } from '../../agent/episode/chunks.ts';
import { buffersOf } from '../../agent/episode/columns.ts';
import { stepsOf } from '../../agent/feedback.ts';
import type { Storage, StoredCheckpoint } from '../storage/contract.ts';
import type { Log } from '../threads/log.ts';
import { KNOWN_EPISODES, type LearnerCommand } from './messages.ts';

/** The actors whose open episodes people give feedback on. */
export interface LiveEpisodes {
  /** Resolves once an environment was created. */
  readonly started: Promise<{ readonly controlDt: number }>;
  /** Steps of this episode are still to come. */
  isOpen(episodeId: string): boolean;
}

export interface DeliveryOptions {
  readonly runId: string;
  readonly storage: Pick<Storage, 'readFeedback' | 'getEpisode'>;
  readonly lives: LiveEpisodes;
  readonly log: Log;
  /** What the thread started from. */
  readonly checkpoint: Pick<StoredCheckpoint, 'feedbackSequence' | 'savedAt'> | undefined;
  send(command: LearnerCommand, transfer?: ArrayBuffer[]): void;
}

export class Delivery {
  readonly #options: DeliveryOptions;
  /** Episodes the thread has been told of, newest last. */
  readonly #known = new Set<string>();
  /** Sequence of the last feedback the thread has been told of. */
  #delivered: number;
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  /** Begins with the feedback that came after the checkpoint. */
  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#delivered = options.checkpoint?.feedbackSequence ?? 0;
    this.#enqueue(() => this.#replay());
  }

  /** Steps go at once: they are what waiting feedback needs. The chunk's arrays are transferred. */
  chunk(type: 'chunk' | 'recall', chunk: EpisodeChunk): void {
    if (chunk.from === 0) this.#remember(chunk.id);
    this.#options.send({ type, chunk }, buffersOf(chunk));
  }

  feedback(sequence: number, feedback: Feedback): void {
    this.#enqueue(() => this.#deliver(sequence, feedback, Number.POSITIVE_INFINITY));
  }

  /** The thread lacks these now, and feedback waits there for them. */
  forgotten(episodeIds: readonly string[]): void {
    this.#enqueue(async () => {
      for (const id of episodeIds) {
        const episode = this.#isOver ? undefined : await this.#options.storage.getEpisode(id);
        // It has learned from these steps already.
        if (episode) await this.#tell(episode, Number.POSITIVE_INFINITY);
        else this.#options.send({ type: 'missing', episodeId: id });
      }
    });
  }

  /** Everything given so far has been sent. */
  get settled(): Promise<void> {
    return this.#work;
  }

  /** The thread is gone. */
  end(): void {
    this.#isOver = true;
  }

  #enqueue(job: () => Promise<void>): void {
    this.#work = this.#work
      .then(job)
      .catch((error) => this.#options.log.error({ error: String(error) }, 'learner'));
  }

  async #replay(): Promise<void> {
    const { lives, storage, runId, checkpoint } = this.#options;
    await lives.started;
    const missing = await storage.readFeedback(runId, this.#delivered);
    for (const { sequence, feedback } of missing)
      await this.#deliver(sequence, feedback, checkpoint?.savedAt ?? 0);
  }

  /** @param savedAt when the checkpoint was taken that may contain the episodes already, ms since epoch */
  async #deliver(sequence: number, feedback: Feedback, savedAt: number): Promise<void> {
    if (this.#isOver || sequence <= this.#delivered) return;
    for (const id of stepsOf(feedback).keys()) {
      // Steps of an open episode are on their way: the feedback waits for them in the thread.
      if (this.#known.has(id) || this.#options.lives.isOpen(id)) continue;
      const episode = await this.#options.storage.getEpisode(id);
      if (episode) await this.#tell(episode, savedAt);
      else this.#options.send({ type: 'missing', episodeId: id });
    }
    this.#options.send({ type: 'feedback', sequence, feedback });
    this.#delivered = sequence;
  }

  /** An episode from disk: experience, unless the checkpoint has it or it never happened. */
  async #tell(episode: Episode, savedAt: number): Promise<void> {
    const { length, startedAt, origin } = episode;
    const { controlDt } = await this.#options.lives.started;
    const isKnown = origin !== 'experience' || startedAt + 1000 * controlDt * length < savedAt;
    // As far as the learner is concerned nothing more of it will come.
    const end = episode.end === 'open' ? 'aborted' : episode.end;
    this.chunk(isKnown ? 'recall' : 'chunk', sliceEpisode({ ...episode, end }, 0, length));
  }

  #remember(id: string): void {
    this.#known.delete(id);
    this.#known.add(id);
    if (this.#known.size > KNOWN_EPISODES) this.#known.delete(this.#known.values().next().value!);
  }
}
