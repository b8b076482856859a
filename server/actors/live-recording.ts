/** Who records in a live simulation: time passes only while they drive, and nobody else's hands count. */
import { WATCHDOG_SECONDS } from '../protocol/index.ts';
import type { LiveEpisode } from './live-episode.ts';
import type { Driver } from './messages.ts';
import type { Wheel } from './wheel.ts';

/** A recording that nobody drives on for so long has ended, ms. */
const FORGOTTEN = 300_000;

export class Recording {
  /** When it last went on, by the wall clock, ms. */
  movedAt = 0;
  readonly #episode: Pick<LiveEpisode, 'isRecording'>;
  readonly #wheel: Wheel;
  #recorder: Driver | undefined;
  /** The connection whose recording has ended with its hands still on the controls: they are not for what comes next. */
  #mustLetGo: string | undefined;
  /** When they were last felt, ms. */
  #heldAt = 0;

  constructor(episode: Pick<LiveEpisode, 'isRecording'>, wheel: Wheel) {
    this.#episode = episode;
    this.#wheel = wheel;
  }

  get recorder(): Driver | undefined {
    return this.#recorder;
  }

  /** Nothing moves until the person who records drives. */
  get awaitsHands(): boolean {
    return this.#episode.isRecording && this.#wheel.driver !== 'human';
  }

  /** The episode that is open now is theirs, from wall clock `now` (ms) on. */
  begin(driver: Driver, now: number): void {
    this.#recorder = driver;
    this.#mustLetGo = undefined;
    this.movedAt = now;
    this.#freeWheel();
  }

  /** At wall clock `now`, ms; false: there was none. */
  end(now: number): boolean {
    if (!this.#recorder) return false;
    if (this.#wheel.driver === 'human') this.#mustLetGo = this.#recorder.sessionId;
    this.#heldAt = now;
    this.#recorder = undefined;
    this.#freeWheel();
    return true;
  }

  isForgotten(now: number): boolean {
    return this.#recorder !== undefined && now - this.movedAt > FORGOTTEN;
  }

  /** Whether this input does not count. */
  isDeafTo({ sessionId }: Driver, letsGo: boolean, now: number): boolean {
    if (this.#recorder) return this.#recorder.sessionId !== sessionId;
    if (this.#mustLetGo !== sessionId) return false;
    const haveLetGo = letsGo || now - this.#heldAt > WATCHDOG_SECONDS * 1000;
    this.#heldAt = now;
    if (haveLetGo) this.#mustLetGo = undefined;
    return !haveLetGo;
  }

  /** An emergency stop holds all the same. */
  #freeWheel(): void {
    this.#wheel.release();
    if (!this.#wheel.isStopped) this.#wheel.resume();
  }
}
