/** Who drives: one connection at a time, until it lets go, falls silent, or has no effect for a while. */
import type { Driver } from '../contract.ts';
import { WATCHDOG_SECONDS } from '../protocol/index.ts';

const PATIENCE = WATCHDOG_SECONDS * 1000;

export class Holder {
  #current: Driver | undefined;
  /** Since when they drive, and when their newest input came; ms since epoch. */
  #since = 0;
  #at = 0;

  get current(): Driver | undefined {
    return this.#current;
  }

  /** Who drives from another connection. `isDriven`: a person's inputs have effect right now. */
  other(sessionId: string, isDriven: boolean, now: number): Driver | undefined {
    const driver = this.#current;
    if (!driver || driver.sessionId === sessionId) return undefined;
    const isSilent = now - this.#at > PATIENCE;
    const isIdle = !isDriven && now - this.#since > PATIENCE;
    return isSilent || isIdle ? undefined : driver;
  }

  /** False while somebody else drives. */
  take(driver: Driver, isDriven: boolean, now: number): boolean {
    if (this.other(driver.sessionId, isDriven, now)) return false;
    if (this.#current?.sessionId !== driver.sessionId) this.#since = now;
    this.#current = driver;
    this.#at = now;
    return true;
  }

  release(): void {
    this.#current = undefined;
  }
}
