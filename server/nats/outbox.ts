/**
 * What an actor process sends, until the learner has it: chunks of an episode that wait are sent as one, what is too
 * large in parts, and what fails or gets lost again under the same number, so that it counts once. The broker keeps
 * nothing of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EpisodeChunk, joinChunks } from '../../agent/episode/chunks.ts';
import { buffersOf } from '../../agent/episode/columns.ts';
import { release } from '../../agent/release.ts';
import { LONGEST_CHUNK } from '../actors/link.ts';
import { type Part, packSteps, partsOf, type Steps } from './messages.ts';

/** Messages on their way at once. */
const WINDOW = 8;
/** Messages that the learner does not have yet, at most, before it has said how many. */
const UNCONFIRMED = 2;
/** ms after which a message that the broker took and the learner does not have counts as lost. */
const LOST_AFTER = 5000;
/** ms before what failed is sent again. */
const AGAIN = 250;

export interface OutboxOptions {
  /** Resolves once the broker has had it, which passes it on to a learner that is there. */
  send(sequence: number, part: Part): Promise<void>;
  /** Most bytes of a message. */
  readonly partSize: number;
  /** ms; default 5000. */
  readonly lostAfter?: number;
}

interface Sent {
  readonly part: Part;
  /** When the broker took it; undefined: it is on its way. */
  takenAt: number | undefined;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting: Steps[] = [];
  /** What the learner does not have yet, by number. */
  readonly #unconfirmed = new Map<number, Sent>();
  #sequence = 0;
  #most = UNCONFIRMED;
  #onTheWay = 0;
  #isOver = false;
  #whenEmpty: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Messages that were sent, or are being sent. */
  get sent(): number {
    return this.#sequence;
  }

  /** Arrays of a chunk are the outbox's from now on. */
  add(steps: Steps): void {
    if (this.#isOver) return;
    this.#waiting.push(steps);
    this.#pump();
  }

  /**
   * The learner has all messages up to this one. What it should have by now is sent again.
   * @param most messages that it may not have yet
   */
  confirm(received: number, most: number): void {
    this.#most = most;
    for (const sequence of this.#unconfirmed.keys())
      if (sequence <= received) this.#unconfirmed.delete(sequence);
    this.#sendLost();
    this.#pump();
  }

  /** Resolves once the learner has everything, or it was given up. */
  settled(): Promise<void> {
    if (this.#isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Nothing is sent any more. */
  giveUp(): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#unconfirmed.clear();
    this.#tell();
  }

  get #isEmpty(): boolean {
    return this.#isOver || this.#waiting.length + this.#unconfirmed.size === 0;
  }

  #tell(): void {
    if (!this.#isEmpty) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #pump(): void {
    const { partSize } = this.#options;
    while (this.#mayGoOn && this.#waiting.length > 0) {
      const next = takeNext(this.#waiting);
      const bytes = packSteps(next);
      if (next.type === 'chunk') drop(next.chunk);
      for (const part of partsOf(bytes, partSize)) {
        const sent: Sent = { part, takenAt: undefined };
        this.#unconfirmed.set(++this.#sequence, sent);
        void this.#send(this.#sequence, sent);
      }
    }
    this.#tell();
  }

  get #mayGoOn(): boolean {
    return this.#onTheWay < WINDOW && this.#unconfirmed.size < this.#most;
  }

  /** The first of those that are missing: what came after them does not come again. */
  #sendLost(): void {
    const { lostAfter = LOST_AFTER } = this.#options;
    for (const [sequence, sent] of this.#unconfirmed) {
      if (this.#onTheWay >= WINDOW) return;
      if (sent.takenAt === undefined || performance.now() - sent.takenAt < lostAfter) continue;
      sent.takenAt = undefined;
      void this.#send(sequence, sent);
    }
  }

  async #send(sequence: number, sent: Sent): Promise<void> {
    this.#onTheWay++;
    while (!this.#isOver) {
      try {
        await this.#options.send(sequence, sent.part);
        sent.takenAt = performance.now();
        break;
      } catch {
        await sleep(AGAIN); // there is no line to the broker, of which people are told elsewhere
      }
    }
    this.#onTheWay--;
    this.#pump();
  }
}

/** The first that waits, with what follows of its episode. */
function takeNext(waiting: Steps[]): Steps {
  const first = waiting.shift()!;
  if (first.type === 'rest') return first;
  let { chunk } = first;
  for (let i = 0; i < waiting.length; ) {
    const next = waiting[i]!;
    if (next.type === 'chunk' && next.chunk.id === chunk.id) {
      if (next.chunk.to - chunk.from > LONGEST_CHUNK) break;
      const parts = [chunk, next.chunk];
      chunk = joinChunks(chunk, next.chunk);
      parts.forEach(drop);
      waiting.splice(i, 1);
    } else i++;
  }
  return { type: 'chunk', chunk };
}

/** Garbage that waits to be collected: a thread that copies bytes makes more of it than it looks after. */
const drop = (chunk: EpisodeChunk): void => release(buffersOf(chunk));
