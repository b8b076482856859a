/** Memory for what waits for all pages together: who reads least makes room. */
import { LIMITS } from '../protocol/index.ts';

/** Bytes for all pages together. */
const MOST_HELD = 64 * 1024 * 1024;

export interface Holder {
  /** Bytes that wait for it. */
  readonly bufferedAmount: number;
  terminate(): void;
}

export class Budget {
  readonly #holders = new Set<Holder>();
  readonly #most: number;

  constructor(most = MOST_HELD) {
    this.#most = most;
  }

  add(holder: Holder): void {
    this.#holders.add(holder);
  }

  remove(holder: Holder): void {
    this.#holders.delete(holder);
  }

  /**
   * Bytes that may wait for a page until it counts as slow. Of many pages each has its part of half of what there is: where
   * all are slow, as by one line, they lose pictures and nobody is disconnected.
   */
  get share(): number {
    return Math.min(LIMITS.bufferedBytes, this.#most / 2 / this.#holders.size);
  }

  /** Disconnects those for whom most is held until the rest fits. Returns how many. */
  enforce(): number {
    let held = 0;
    for (const holder of this.#holders) held += holder.bufferedAmount;
    if (held <= this.#most) return 0;
    const byHeld = [...this.#holders].sort((a, b) => b.bufferedAmount - a.bufferedAmount);
    let count = 0;
    for (const holder of byHeld) {
      if (held <= this.#most) break;
      held -= holder.bufferedAmount;
      this.#holders.delete(holder);
      holder.terminate();
      count++;
    }
    return count;
  }
}
