/** The hand of one connection on the wheel: what it last did, and whether its inputs may act. */
import { type ControlInput, isStale } from '../protocol/index.ts';

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
  /** It may drive; `seen` is the step that the input answers, Infinity where the client does not say. */
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
  /** A client that only ever said step 0 does not say which picture it answers: for it silence alone counts. */
  #saysSteps = false;

  /** An input arrived at `now`, ms. */
  judge(input: ControlInput, now: number, { step, controlDt }: Present): Judgement {
    if (input.activeAxes === 0) {
      this.#pressedAt = undefined;
      this.#mustLetGo = false;
      return { kind: 'lets-go' };
    }
    this.#saysSteps ||= input.step > 0;
    const silence = this.#pressedAt === undefined ? 0 : now - this.#pressedAt;
    this.#pressedAt = now;
    const isNews = silence > FROZEN_SECONDS * 1000 && !this.#mustLetGo;
    if (isNews) this.#mustLetGo = true;
    if (this.#mustLetGo) return { kind: 'frozen', isNews };
    const seen = this.#saysSteps ? input.step : Number.POSITIVE_INFINITY;
    return isStale(seen, step, controlDt) ? { kind: 'stale' } : { kind: 'drives', seen };
  }
}
