/** Who drives: one person at a time, until they let go or have no effect for a while. */
import { WATCHDOG_SECONDS } from '../protocol/index.ts';

export class Holder {
  #current: string | undefined;
  #last = 'operator';
  /** When they last asked to drive, ms since epoch. */
  #at = 0;

  get current(): string | undefined {
    return this.#current;
  }

  /** The person who drives, or drove last. */
  get last(): string {
    return this.#current ?? this.#last;
  }

  /** False while somebody else drives. `isDriven`: a person's inputs have effect right now. */
  take(teacherId: string, isDriven: boolean, now: number): boolean {
    const isSilent = !isDriven && now - this.#at > WATCHDOG_SECONDS * 1000;
    if (this.#current !== undefined && this.#current !== teacherId && !isSilent) return false;
    this.#current = teacherId;
    this.#last = teacherId;
    this.#at = now;
    return true;
  }

  release(): void {
    this.#current = undefined;
  }
}
