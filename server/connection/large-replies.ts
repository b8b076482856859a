/**
 * Replies that are large, and not urgent: clips and histories. One page's are made one after another, none while the
 * page is slow to read; over all pages only some at once, so that pictures come in between.
 */
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { Outbox } from './outbox.ts';
import { Refusal } from './refusal.ts';

/** Large replies that are made at once, for all pages together. */
const MOST_AT_ONCE = 4;
/** Requests that wait for one page: more than a page has questions on screen. */
const MOST_WAITING = 64;

/** Turns of all pages, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce = MOST_AT_ONCE) {
    this.#free = atOnce;
  }

  async take<T>(make: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await othersFirst();
      return await make();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

export class LargeReplies {
  readonly #outbox: Pick<Outbox, 'isSlow'>;
  readonly #turns: Turns;
  readonly #waiting: (() => Promise<void>)[] = [];
  #isBusy = false;

  constructor(outbox: Pick<Outbox, 'isSlow'>, turns: Turns) {
    this.#outbox = outbox;
    this.#turns = turns;
  }

  /** Resolves once the reply is made and sent; rejects with its failure. @throws Refusal when too many wait. */
  add(make: () => Promise<void>, ref?: string): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING) {
      const message = `${MOST_WAITING} clips or histories wait already`;
      return Promise.reject(new Refusal('too-frequent', message, ref));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => this.#turns.take(make).then(resolve, reject));
      this.catchUp();
    });
  }

  /** The page has read, or may have. */
  catchUp(): void {
    if (this.#isBusy || this.#outbox.isSlow) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#isBusy = true;
    void next().finally(() => {
      this.#isBusy = false;
      this.catchUp();
    });
  }

  /** The page is gone. */
  clear(): void {
    this.#waiting.length = 0;
  }
}
