/**
 * What an actor process sends, until the broker has it: chunks of an episode that wait are sent as one, what is too
 * large in parts, and what fails again under the same number, so that it counts once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { joinChunks } from '../../agent/episode/chunks.ts';
import { LONGEST_CHUNK } from '../actors/link.ts';
import { type Part, packSteps, partsOf, type Steps } from './messages.ts';

/** Messages on their way at once. */
const WINDOW = 8;
/** ms before what failed is sent again. */
const AGAIN = 250;

export interface OutboxOptions {
  /** Resolves once the broker has it. */
  send(sequence: number, part: Part): Promise<void>;
  /** Most bytes of a message. */
  readonly partSize: number;
  /** Steps made so far. */
  made(): number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting: Steps[] = [];
  #sequence = 0;
  #onTheWay = 0;
  #isOver = false;
  #failure: string | undefined;
  #whenEmpty: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Messages that were sent, or are being sent. */
  get sent(): number {
    return this.#sequence;
  }

  /** Why the broker did not take what was tried last; undefined: it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  add(steps: Steps): void {
    if (this.#isOver) return;
    this.#waiting.push(steps);
    this.#pump();
  }

  /** Resolves once the broker has everything, or it was given up. */
  settled(): Promise<void> {
    if (this.#isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Nothing is sent any more. */
  giveUp(): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#tell();
  }

  get #isEmpty(): boolean {
    return this.#isOver || this.#waiting.length + this.#onTheWay === 0;
  }

  #tell(): void {
    if (!this.#isEmpty) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #pump(): void {
    const { partSize, made } = this.#options;
    while (this.#onTheWay < WINDOW && this.#waiting.length > 0) {
      const bytes = packSteps({ made: made(), steps: takeNext(this.#waiting) });
      for (const part of partsOf(bytes, partSize)) void this.#send(++this.#sequence, part);
    }
    this.#tell();
  }

  async #send(sequence: number, part: Part): Promise<void> {
    this.#onTheWay++;
    while (!this.#isOver) {
      try {
        await this.#options.send(sequence, part);
        this.#failure = undefined;
        break;
      } catch (error) {
        this.#failure = (error as Error).message;
        await sleep(AGAIN);
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
      chunk = joinChunks(chunk, next.chunk);
      waiting.splice(i, 1);
    } else i++;
  }
  return { type: 'chunk', chunk };
}
