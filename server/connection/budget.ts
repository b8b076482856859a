/** Memory for what waits for all pages together: who reads least makes room. */

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

  /** Disconnects those for whom most is held until the rest fits. Returns how many. */
  enforce(): number {
    const byHeld = [...this.#holders].sort((a, b) => b.bufferedAmount - a.bufferedAmount);
    let held = byHeld.reduce((sum, holder) => sum + holder.bufferedAmount, 0);
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
