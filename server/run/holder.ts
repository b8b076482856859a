/** Who drives: one connection at a time, until it lets go or has no effect for a while. */
import type { Driver } from '../contract.ts';
import { WATCHDOG_SECONDS } from '../protocol/index.ts';

export class Holder {
  #current: Driver | undefined;
  #last = 'operator';
  /** When they last asked to drive, ms since epoch. */
  #at = 0;

  get current(): Driver | undefined {
    return this.#current;
  }

  /** The person who drives, or drove last. */
  get last(): string {
    return this.#current?.teacherId ?? this.#last;
  }

  /** False while somebody else drives. `isDriven`: a person's inputs have effect right now. */
  take(driver: Driver, isDriven: boolean, now: number): boolean {
    const isSilent = !isDriven && now - this.#at > WATCHDOG_SECONDS * 1000;
    const isFree = this.#current === undefined || this.#current.sessionId === driver.sessionId;
    if (!isFree && !isSilent) return false;
    this.#current = driver;
    this.#last = driver.teacherId;
    this.#at = now;
    return true;
  }

  release(): void {
    this.#current = undefined;
  }
}
