/** The hand of one connection on the wheel: what it last did, and whether its inputs may act. */
import { type ControlInput, isRelease, isStale, STALE_SECONDS } from '../protocol/index.ts';

/**
 * Silence this long while an axis is held, s: no jitter of a line, but a client that was frozen or whose line was
 * dead. What it sends next was meant for another moment.
 */
export const FROZEN_SECONDS = 1;

/** The live episode as the server knows it. */
export interface Present {
  /** Steps of the open episode so far. */
  readonly step: number;
  /** s of the simulation */
  readonly controlDt: number;
}

export type Judgement =
  /** It may drive; `seen` is the step that the input answers, Infinity where the client only says when. */
  | { readonly kind: 'drives'; readonly seen: number }
  | { readonly kind: 'lets-go' }
  /** It answers too old a picture. */
  | { readonly kind: 'stale' }
  /** It was frozen and must let go first; `isNews` once. */
  | { readonly kind: 'frozen'; readonly isNews: boolean };

export class Hand {
  /** Wall clock of the newest input with an active axis, ms; undefined: nothing is held. */
  #pressedAt: number | undefined;
  #mustLetGo = false;
  /** A client that only ever said step 0 does not say which picture it answers: its clock tells instead. */
  #saysSteps = false;
  #delay = new Delay();

  /** An input arrived at `now`, ms. */
  judge(input: ControlInput, now: number, { step, controlDt }: Present): Judgement {
    if (isRelease(input)) {
      this.#pressedAt = undefined;
      this.#mustLetGo = false;
      this.#delay = new Delay();
      return { kind: 'lets-go' };
    }
    this.#saysSteps ||= input.step > 0;
    const silence = this.#pressedAt === undefined ? 0 : now - this.#pressedAt;
    this.#pressedAt = now;
    const isNews = silence > FROZEN_SECONDS * 1000 && !this.#mustLetGo;
    if (isNews) this.#mustLetGo = true;
    if (this.#mustLetGo) return { kind: 'frozen', isNews };
    const late = this.#delay.of(input.sentAt, now);
    const seen = this.#saysSteps ? input.step : Number.POSITIVE_INFINITY;
    const isOld = this.#saysSteps ? isStale(seen, step, controlDt) : late > STALE_SECONDS * 1000;
    return isOld ? { kind: 'stale' } : { kind: 'drives', seen };
  }
}

/** How much later than the quickest of its inputs one arrived, by the client's own clock, whatever that shows. */
class Delay {
  #sentAt = Number.NaN;
  #least = Number.POSITIVE_INFINITY;

  /** ms; 0 for a clock that stands still, which says nothing. */
  of(sentAt: number, now: number): number {
    const stands = sentAt === this.#sentAt;
    this.#sentAt = sentAt;
    if (stands) return 0;
    this.#least = Math.min(this.#least, now - sentAt);
    return now - sentAt - this.#least;
  }
}
