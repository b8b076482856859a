/** Flushes of the live actor's open episode; those asked for at nearly the same time share one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDeferred, type Deferred } from '../threads/deferred.ts';

/** Longest wait for a flush, ms. */
const PATIENCE = 3000;
/** Shortest time between two flushes, ms: each writes the whole open episode. */
const REST = 200;

export class Flushes {
  /** Asks the actor; it answers with the episode and then with the tag. */
  readonly #send: (tag: number) => void;
  /** Shared by all requests until the next flush is sent. */
  #next: { readonly answer: Deferred<void>; readonly timer: NodeJS.Timeout } | undefined;
  readonly #sent = new Map<number, Deferred<void>>();
  #tag = 0;
  #sentAt = 0;
  #written: Promise<void> = Promise.resolve();
  #isConcluded = false;

  constructor(send: (tag: number) => void) {
    this.#send = send;
  }

  /** Resolves once the steps so far are on disk. @throws Error when they are not, or not in time. */
  async ask(): Promise<void> {
    if (this.#isConcluded) return this.#written;
    if (!this.#next) {
      const wait = Math.max(0, this.#sentAt + REST - Date.now());
      this.#next = { answer: createDeferred(), timer: setTimeout(() => this.#fire(), wait) };
    }
    await inTime(this.#next.answer.promise);
  }

  /** An episode came from the actor and is being written. */
  writing(work: Promise<void>): void {
    this.#written = work;
    work.catch(() => {});
  }

  /** The actor has sent everything of the flush with this tag. */
  done(tag: number): void {
    const answer = this.#sent.get(tag);
    this.#sent.delete(tag);
    if (answer) this.#written.then(answer.resolve, answer.reject);
  }

  /** The actor has sent all it had before it closes: only the writing of that is still waited for. */
  conclude(): void {
    this.#isConcluded = true;
    clearTimeout(this.#next?.timer);
    const answers = [...this.#sent.values(), ...(this.#next ? [this.#next.answer] : [])];
    for (const answer of answers) this.#written.then(answer.resolve, answer.reject);
    this.#next = undefined;
    this.#sent.clear();
  }

  /** The actor is gone. */
  fail(error: Error): void {
    clearTimeout(this.#next?.timer);
    this.#next?.answer.reject(error);
    this.#next = undefined;
    for (const answer of this.#sent.values()) answer.reject(error);
    this.#sent.clear();
  }

  #fire(): void {
    if (!this.#next) return;
    this.#sent.set(++this.#tag, this.#next.answer);
    this.#next = undefined;
    this.#sentAt = Date.now();
    this.#send(this.#tag);
  }
}

async function inTime(work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: over.signal }).then(() => {
    throw new Error(`the simulation thread did not answer in ${PATIENCE} ms`);
  });
  await Promise.race([work, late]).finally(() => over.abort());
}
