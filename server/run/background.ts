/** Work that no caller waits for: a failure is logged and ends no process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../threads/log.ts';

export class Background {
  readonly #log: Pick<Log, 'error'>;
  readonly #pending = new Set<Promise<void>>();

  constructor(log: Pick<Log, 'error'>) {
    this.#log = log;
  }

  run(what: string, work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(() => {})
      .catch((error) => this.#log.error({ error: String(error) }, what))
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** Resolves when all that has begun is done, at the latest after `patience` ms. */
  async settle(patience: number): Promise<void> {
    const all = Promise.allSettled(this.#pending);
    await Promise.race([all, sleep(patience, undefined, { ref: false })]);
  }
}
