/**
 * Whether pages are still there. Everything is counted in looks, not in time: a server that was busy or asleep
 * looks first and hears afterwards what had arrived meanwhile.
 */

/** ms between two looks. */
export const LOOK_EVERY = 1000;
/** Looks within which a page says hello. */
export const HELLO_LOOKS = 10;
/** Looks between two pings; the answer is due before the next. */
export const PING_LOOKS = 15;

export interface Kept {
  readonly isAwaitingHello: boolean;
  /** Bytes that wait for the page to read. */
  readonly backlog: number;
  /** Bytes that have left for the page since it connected. */
  readonly delivered: number;
  ping(): void;
  /** It said nothing in time. */
  dismiss(): void;
  /** Nothing comes back from it. */
  giveUp(): void;
}

interface Life {
  looks: number;
  isAsked: boolean;
  delivered: number;
}

export class Upkeep {
  readonly #lives = new Map<Kept, Life>();

  add(page: Kept): void {
    this.#lives.set(page, { looks: 0, isAsked: false, delivered: 0 });
  }

  remove(page: Kept): void {
    this.#lives.delete(page);
  }

  /** Anything came from it. */
  heard(page: Kept): void {
    const life = this.#lives.get(page);
    if (life) life.isAsked = false;
  }

  look(): void {
    for (const [page, life] of this.#lives) {
      life.looks++;
      if (page.isAwaitingHello && life.looks >= HELLO_LOOKS) {
        this.#lives.delete(page);
        page.dismiss();
      } else if (life.looks % PING_LOOKS === 0) this.#ask(page, life);
    }
  }

  #ask(page: Kept, life: Life): void {
    // On a slow line the ping waits behind the backlog: that it gets shorter is an answer too.
    const isReading = page.backlog > 0 && page.delivered > life.delivered;
    if (life.isAsked && !isReading) {
      this.#lives.delete(page);
      page.giveUp();
      return;
    }
    life.isAsked = true;
    life.delivered = page.delivered;
    page.ping();
  }
}
